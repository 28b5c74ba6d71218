import type { Database, Tx } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { AccountRow } from '../../db/schema.ts';
import { foldName } from '../accounts/account.ts';
import { createAccount } from '../accounts/account-creation.ts';
import { findAccountByName, readTakenNames } from '../accounts/account-name-store.ts';
import type { Name } from '../accounts/account-names.ts';
import { lockAccount } from '../accounts/account-store.ts';
import { usernameCandidates } from '../accounts/derived-username.ts';
import { releaseClaim } from '../accounts/name-proofs.ts';
import { newAccountRow } from '../accounts/new-account.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { DomainError } from '../errors.ts';
import { emit } from '../events.ts';
import type { LanguageCode } from '../language-code.ts';
import type { Now, ProvidedIdentity } from '../ports.ts';
import { endAccess, endPending } from '../sessions/access-ending.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import { isActive, standingOf } from '../visibility/visibility.ts';
import { plausibleEmail, shownName } from './identity.ts';
import { deleteIdentity, findIdentity, insertIdentity, noteIdentityUse } from './identity-store.ts';

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  audit: AuditLog;
  verifications: Pick<VerificationService, 'cancel'>;
  signUps: 'open' | 'closed';
  chance: () => number;
};

/** Where somebody comes from, and what they want. */
type Origin = {
  /** For the audit log, as is the address. */
  provider: string;
  address: string;
  /** Whether a new account keeps an e-mail that the provider does not vouch for, as one that is not confirmed. */
  keepsClaim?: boolean;
  /** Of a new account. */
  language?: LanguageCode;
};

export type Joined = {
  accountId: number;
  /** Whether the account was made just now. */
  isNew: boolean;
  /** Whether the identity led nowhere until now: the account is new, or was joined. */
  isFirst: boolean;
};

/** Finds or makes the account of somebody whom a provider vouches for. */
export type JoinIdentity = (who: ProvidedIdentity, origin: Origin) => Promise<Joined>;

type Ids = { account: number; identity: number };

const maxAttempts = 8;

/**
 * Whose account it is (docs/decisions/0016). A known identity leads to its account, whatever the addresses say. An address
 * joins an account only when the provider and this server both know it to be verified. One that somebody has claimed here
 * without showing that it is theirs is taken from them once its owner comes.
 */
export function identityJoining(needs: Needs): JoinIdentity {
  const { database, newId, now, audit, signUps, chance } = needs;

  async function join(who: ProvidedIdentity, origin: Origin): Promise<Joined> {
    let ids: Ids | undefined;
    let isCrowded = false;
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const known = await findIdentity(database, who.issuer, who.subject);
      if (known && standingOf(known) !== 'closed') {
        if (!isActive(known)) throw disabled();
        const at = now().toISOString();
        await database.transaction((tx) => noteIdentityUse(tx, known.id, at));
        return { accountId: known.account_id, isNew: false, isFirst: false };
      }
      ids ??= { account: await newId('accounts'), identity: await newId('identities') };
      const first = { ids, isCrowded };
      try {
        return await database.transaction((tx) => firstSignIn(tx, who, origin, first));
      } catch (error) {
        if (!(error instanceof Overtaken)) throw error;
        isCrowded ||= error.isByName;
      }
    }
    throw new DomainError('unavailable', 'Too many came at once. Try again in a moment.', {
      retryAfterSeconds: 1,
    });
  }

  async function firstSignIn(
    tx: Tx,
    who: ProvidedIdentity,
    origin: Origin,
    { ids, isCrowded }: { ids: Ids; isCrowded: boolean },
  ): Promise<Joined> {
    await dropClosed(tx, who);
    const email = plausibleEmail(who.email);
    const holder = email === null ? null : await lockHolder(tx, foldName(email));
    if (holder && !who.isEmailVerified) throw emailOfOther();
    if (holder && isVerified(holder, foldName(email ?? ''))) {
      if (!isActive(holder)) throw disabled();
      await link(tx, who, origin, { id: ids.identity, accountId: holder.id });
      await endPending(tx, holder.id, { at: now().toISOString(), isByOwner: true });
      await emit(tx, now(), 'account.changed', { accountId: holder.id, what: 'identity' });
      return { accountId: holder.id, isNew: false, isFirst: true };
    }
    if (signUps === 'closed') throw new DomainError('forbidden', 'Sign-ups are closed here.');
    if (holder) await release(tx, holder, foldName(email ?? ''), origin);
    await signUp(tx, who, { id: ids.account, origin, isCrowded });
    await link(tx, who, origin, { id: ids.identity, accountId: ids.account });
    return { accountId: ids.account, isNew: true, isFirst: true };
  }

  /** An identity of a closed account is free, like the account's names. */
  async function dropClosed(tx: Tx, { issuer, subject }: ProvidedIdentity): Promise<void> {
    const known = await findIdentity(tx, issuer, subject);
    if (known && standingOf(known) !== 'closed') throw new Overtaken();
    if (known) await deleteIdentity(tx, known.id, known.account_id);
  }

  /** Locks the account that has an address as a name; null when nobody has it. */
  async function lockHolder(tx: Tx, nameKey: string): Promise<AccountRow | null> {
    const holder = await findAccountByName(tx, nameKey, ['email', 'login_name']);
    if (!holder) return null;
    const isThere = await lockAccount(tx, holder.id, now().toISOString());
    const current = await findAccountByName(tx, nameKey, ['email', 'login_name']);
    if (!isThere || current?.id !== holder.id) throw new Overtaken();
    return current;
  }

  /** Takes an address from an account that never showed that it is its own, with all that it may have opened. */
  async function release(tx: Tx, from: AccountRow, nameKey: string, { address }: Origin) {
    await releaseClaim(tx, needs, from.id, { kind: 'email', key: nameKey, address });
    await endAccess(tx, from.id, { at: now().toISOString() });
  }

  async function signUp(
    tx: Tx,
    who: ProvidedIdentity,
    { id, origin, isCrowded }: { id: number; origin: Origin; isCrowded: boolean },
  ): Promise<void> {
    const at = now().toISOString();
    const isKept = who.isEmailVerified || origin.keepsClaim === true;
    const email = isKept ? plausibleEmail(who.email) : null;
    const username = await freeUsername(tx, who, isCrowded);
    const row = newAccountRow({
      id,
      username,
      email,
      emailVerifiedAt: email !== null && who.isEmailVerified ? at : null,
      displayName: shownName(who.name),
      ...(origin.language ? { language: origin.language } : {}),
      passwordHash: null,
      role: 'user',
      at,
    });
    const entry = {
      action: 'account.created' as const,
      actorId: id,
      address: origin.address,
      details: { by: 'identity', provider: origin.provider },
    };
    const overtaken = ({ kind }: Name) => new Overtaken(kind === 'username');
    await createAccount(tx, audit, { row, entry }, overtaken);
  }

  async function freeUsername(tx: Tx, who: ProvidedIdentity, isCrowded: boolean): Promise<string> {
    const candidates = usernameCandidates([who.name, who.email], chance);
    const taken = await readTakenNames(tx, candidates);
    // Where many want one name at once, each takes a number that nobody else draws.
    const preferred = isCrowded ? candidates.toReversed() : candidates;
    const free = preferred.find((candidate) => !taken.has(candidate));
    if (free === undefined) throw new Overtaken(true);
    return free;
  }

  async function link(
    tx: Tx,
    { issuer, subject, email }: ProvidedIdentity,
    { provider, address }: Origin,
    { id, accountId }: { id: number; accountId: number },
  ): Promise<void> {
    const at = now().toISOString();
    const row = { id, account_id: accountId, issuer, subject, email: plausibleEmail(email) };
    if (!(await insertIdentity(tx, { ...row, created_at: at, last_used_at: at }))) {
      throw new Overtaken();
    }
    await audit.record(tx, {
      action: 'identity.linked',
      accountId,
      actorId: accountId,
      address,
      details: { provider, identityId: id },
    });
  }

  return join;
}

/** Another request changed what a decision rests on, a username perhaps; nothing is kept, and it is made again. */
class Overtaken extends Error {
  readonly isByName: boolean;

  constructor(isByName = false) {
    super('Another request was faster.');
    this.isByName = isByName;
  }
}

function isVerified({ email, email_verified_at }: AccountRow, nameKey: string): boolean {
  return email !== null && foldName(email) === nameKey && email_verified_at !== null;
}

function disabled(): DomainError {
  return new DomainError('forbidden', 'This account is disabled.');
}

function emailOfOther(): DomainError {
  return new DomainError(
    'conflict',
    'There is an account with this e-mail already. Sign in to it, then link this way in.',
  );
}
