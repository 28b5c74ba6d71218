import type { Database, Tx } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { AccountRow, VerificationRow } from '../../db/schema.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { operator } from '../authority.ts';
import { checkAll, DomainError } from '../errors.ts';
import { emit } from '../events.ts';
import {
  claimIdempotencyKey,
  findIdempotentResult,
  type IdempotentRequest,
  idempotentRequest,
  showIdempotentResult,
} from '../idempotency-store.ts';
import type { LanguageCode } from '../language-code.ts';
import { countAttempt, mailLimits } from '../limits.ts';
import type { Counters, Now, PasswordHasher, TokenSigner } from '../ports.ts';
import { type EmailProofStyle, emailVerification } from '../verifications/email-verification.ts';
import type { Verification } from '../verifications/verification.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import {
  checkDisplayName,
  checkNameKey,
  checkPassword,
  checkUsername,
  foldName,
  nameTaken,
  type OwnAccount,
  type PasswordRule,
  type Role,
} from './account.ts';
import { createAccount } from './account-creation.ts';
import { findAccountByName } from './account-name-store.ts';
import { checkNamesFree, type Name, namesOf, signInNames } from './account-names.ts';
import type { NewAccountRow } from './account-store.ts';
import { usernameCandidates } from './derived-username.ts';
import { newAccountRow } from './new-account.ts';

export type SigningUpNeeds = {
  database: Database;
  newId: NewId;
  now: Now;
  passwords: PasswordHasher;
  tokens: Pick<TokenSigner, 'mac'>;
  counters: Counters;
  audit: AuditLog;
  verifications: VerificationService;
  /** See `InviteService.find`. */
  invites: { find(token: string, email: string | null): Promise<Verification> };
  /** Closed: only operators make accounts, and people with an invite. */
  signUps: 'open' | 'closed';
};

export type SignUp = {
  /** Null: one is made of the name or the e-mail. */
  username: string | null;
  /** Null: there is no way in by a password. */
  password: string | null;
  email: string | null;
  /** A free text by which an older client lets people sign in. */
  loginName?: string;
  bio?: string;
  passwordRule?: PasswordRule;
  displayName: string | null;
  language?: LanguageCode;
  /** Of the mail that confirms the address. */
  emailProof?: EmailProofStyle;
  idempotencyKey: string | null;
  /** For operators alone; nothing that a request says arrives here. */
  role?: Role;
};

/** What a stranger asks for, with the invite of a moderator or without. */
export type OpenSignUp = SignUp & { invite: string | null };

/** Who makes an account, and what must happen together with it. */
export type Origin = {
  /** Itself: somebody who comes on their own, and so has an e-mail to confirm. */
  actorId: number | 'self' | null;
  address: string;
  invite?: string | null;
  repeat?: IdempotentRequest | null;
  alongside?: (tx: Tx, row: Pick<AccountRow, 'id' | 'email'>) => Promise<void>;
};

/** Makes accounts. */
export function signingUp(
  needs: SigningUpNeeds & { readOwn: (accountId: number) => Promise<OwnAccount> },
) {
  const { database, newId, now, passwords, tokens, audit, signUps, readOwn } = needs;
  const { counters, verifications, invites } = needs;

  /**
   * Makes an account for a visitor, and sends a confirmation to its e-mail.
   * @throws DomainError `forbidden` (closed) · `invalid` (username, password, displayName, invite) · `taken` (username, email) · `gone` · `expired` (invite) · `unavailable`
   */
  async function signUp({ invite, ...input }: OpenSignUp, address: string): Promise<OwnAccount> {
    if (signUps === 'closed' && invite === null) {
      throw new DomainError('forbidden', 'Sign-ups are closed here; an invite opens them.');
    }
    return create(input, { actorId: 'self', address, invite });
  }

  /** Makes an account for somebody whom an operator wants here. @throws DomainError as `signUp`, but for `forbidden` */
  async function create(input: SignUp, origin: Origin = atConsole): Promise<OwnAccount> {
    const { username, displayName, loginName, email } = input;
    if (username !== null) return createNamed({ ...input, username }, origin);
    const sources = [displayName, loginName ?? null, email];
    for (const candidate of usernameCandidates(sources, Math.random)) {
      if (await findAccountByName(database, foldName(candidate), signInNames)) continue;
      const named = { ...input, username: candidate };
      const made = await createNamed(named, origin).catch(ifTaken);
      if (made) return made;
    }
    throw nameTaken('username');
  }

  async function createNamed(input: NamedSignUp, origin: Origin): Promise<OwnAccount> {
    checkInput(input);
    const repeat = origin.repeat === undefined ? repeatOf(tokens, input) : origin.repeat;
    const earlier = await findIdempotentResult(database, repeat);
    if (earlier !== null) return showIdempotentResult(readOwn(earlier));
    const token = origin.invite ?? null;
    const invite = token === null ? null : await invites.find(token, input.email);
    // Spares the hash when a name is taken anyway; the unique names decide, in the transaction.
    await checkNamesFree(database, namesOfNew(input));
    const accountId = await newId('accounts');
    const isSelf = origin.actorId === 'self';
    const proof = isSelf ? await prepareProof({ counters, verifications }, accountId, input) : null;
    const row = await rowOf({ passwords, now }, accountId, input);
    const id = await database.transaction(async (tx) => {
      const other = await claimIdempotencyKey(tx, repeat, row.id, now());
      if (other !== null) return other;
      if (invite) await verifications.consume(tx, invite);
      const entry = creationEntry(row, origin);
      await createAccount(tx, audit, { row, entry }, ({ field }) => nameTaken(field));
      if (proof) await issueProof({ now, verifications }, tx, proof);
      await origin.alongside?.(tx, row);
      return row.id;
    });
    return readOwn(id);
  }

  return { signUp, create };
}

async function rowOf(
  { passwords, now }: Pick<SigningUpNeeds, 'passwords' | 'now'>,
  id: number,
  input: NamedSignUp,
): Promise<NewAccountRow> {
  return newAccountRow({
    ...input,
    id,
    role: input.role ?? 'user',
    passwordHash: input.password === null ? null : await passwords.hash(input.password),
    at: now().toISOString(),
  });
}

async function prepareProof(
  { counters, verifications }: Pick<SigningUpNeeds, 'counters' | 'verifications'>,
  accountId: number,
  { email, emailProof }: NamedSignUp,
) {
  if (email === null) return null;
  // Others may have used up what is mailed to an address; that must not keep its owner out. It can be sent again later.
  const waitMs = await countAttempt(counters, mailLimits({ emailKey: foldName(email) }));
  return waitMs === null
    ? verifications.prepare(emailVerification(accountId, email, { style: emailProof }))
    : null;
}

async function issueProof(
  { now, verifications }: Pick<SigningUpNeeds, 'now' | 'verifications'>,
  tx: Tx,
  proof: VerificationRow,
): Promise<void> {
  await verifications.issue(tx, proof);
  await emit(tx, now(), 'verification.issued', { verificationId: proof.id });
}

/** @throws DomainError `invalid` (every field that is wrong) */
function checkInput(input: NamedSignUp): void {
  const { username, password, displayName, loginName, email } = input;
  checkAll([
    () => checkUsername(username),
    () => password !== null && checkPassword(password, input),
    () => displayName !== null && checkDisplayName(displayName),
    () => loginName !== undefined && checkNameKey('loginName', loginName),
    () => email !== null && checkNameKey('email', email),
  ]);
}

const atConsole: Origin = { actorId: null, address: operator.address };

function creationEntry(
  { id, username, role }: Pick<AccountRow, 'id' | 'username' | 'role'>,
  { actorId, address }: Origin,
) {
  return {
    action: 'account.created' as const,
    actorId: actorId === 'self' ? id : actorId,
    address,
    details: { username, role },
  };
}

type NamedSignUp = SignUp & { username: string };

function namesOfNew({ username, email, loginName }: NamedSignUp): Name[] {
  return namesOf({ username, email, loginName: loginName ?? null, provedPhone: null });
}

/** Somebody was faster to take a derived username: the next one is tried. */
function ifTaken(error: unknown): null {
  const isUsername =
    error instanceof DomainError && error.code === 'taken' && error.fields[0]?.field === 'username';
  if (!isUsername) throw error;
  return null;
}

function repeatOf(tokens: SigningUpNeeds['tokens'], input: SignUp): IdempotentRequest | null {
  const asked = JSON.stringify([input.username, input.password, input.email, input.displayName]);
  const key = input.idempotencyKey;
  return idempotentRequest(tokens, { accountId: 0, key, operation: 'accounts.signUp', asked });
}
