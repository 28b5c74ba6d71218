import type { Tx } from '../../db/database.ts';
import type { AccountRow } from '../../db/schema.ts';
import { foldName } from '../accounts/account.ts';
import { findAccountByName } from '../accounts/account-name-store.ts';
import { lockAccount } from '../accounts/account-store.ts';
import { releaseClaim } from '../accounts/name-proofs.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { DomainError } from '../errors.ts';
import { emit } from '../events.ts';
import type { Now, ProvidedIdentity } from '../ports.ts';
import { endAccess, endPending } from '../sessions/access-ending.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import { isActive, standingOf } from '../visibility/visibility.ts';
import { accountDisabled, plausibleEmail } from './identity.ts';
import { deleteIdentity, findIdentity, insertIdentity } from './identity-store.ts';
import { Overtaken } from './overtaken.ts';
import type { IdentitySigningUp, Origin } from './signing-up.ts';

type Needs = {
  now: Now;
  audit: AuditLog;
  verifications: Pick<VerificationService, 'cancel'>;
  signUps: 'open' | 'closed';
  signUp: IdentitySigningUp['signUp'];
};

export type Joined = {
  accountId: number;
  /** Whether the account was made just now. */
  isNew: boolean;
  /** Whether the identity led nowhere until now: the account is new, or was joined. */
  isFirst: boolean;
};

/** Of the account and the identity that may be made; drawn before the transaction. */
export type Ids = { account: number; identity: number };

/** Joins an account, or makes one, for an identity that leads nowhere yet. */
export function firstSignIn({ now, audit, verifications, signUps, signUp }: Needs) {
  /** @throws Overtaken when another request changed what this rests on */
  async function signIn(
    tx: Tx,
    who: ProvidedIdentity,
    origin: Origin,
    { ids, isCrowded }: { ids: Ids; isCrowded: boolean },
  ): Promise<Joined> {
    await dropClosed(tx, who);
    const email = plausibleEmail(who.email);
    const holder =
      email === null ? null : await lockHolder(tx, foldName(email), now().toISOString());
    if (holder && !who.isEmailVerified) throw emailOfOther();
    if (holder && isVerified(holder, foldName(email ?? ''))) {
      if (!isActive(holder)) throw accountDisabled();
      await link(tx, { now, audit }, who, { ...origin, id: ids.identity, accountId: holder.id });
      await endPending(tx, holder.id, { at: now().toISOString(), isByOwner: true });
      await emit(tx, now(), 'account.changed', { accountId: holder.id, what: 'identity' });
      return { accountId: holder.id, isNew: false, isFirst: true };
    }
    if (signUps === 'closed') throw new DomainError('forbidden', 'Sign-ups are closed here.');
    if (holder) await release(tx, holder, foldName(email ?? ''), origin);
    await signUp(tx, who, { id: ids.account, origin, isCrowded });
    await link(tx, { now, audit }, who, { ...origin, id: ids.identity, accountId: ids.account });
    return { accountId: ids.account, isNew: true, isFirst: true };
  }

  /** Takes an address from an account that never showed that it is its own, with all that it may have opened. */
  async function release(tx: Tx, from: AccountRow, nameKey: string, { address }: Origin) {
    await releaseClaim(tx, { now, audit, verifications }, from.id, {
      kind: 'email',
      key: nameKey,
      address,
    });
    await endAccess(tx, from.id, { at: now().toISOString() });
  }

  return signIn;
}

/** An identity of a closed account is free, like the account's names. */
async function dropClosed(tx: Tx, { issuer, subject }: ProvidedIdentity): Promise<void> {
  const known = await findIdentity(tx, issuer, subject);
  if (known && standingOf(known) !== 'closed') throw new Overtaken();
  if (known) await deleteIdentity(tx, known.id, known.account_id);
}

/** Locks the account that has an address as a name; null when nobody has it. */
async function lockHolder(tx: Tx, nameKey: string, at: string): Promise<AccountRow | null> {
  const holder = await findAccountByName(tx, nameKey, ['email', 'login_name']);
  if (!holder) return null;
  const isThere = await lockAccount(tx, holder.id, at);
  const current = await findAccountByName(tx, nameKey, ['email', 'login_name']);
  if (!isThere || current?.id !== holder.id) throw new Overtaken();
  return current;
}

async function link(
  tx: Tx,
  { now, audit }: Pick<Needs, 'now' | 'audit'>,
  { issuer, subject, email }: ProvidedIdentity,
  { id, accountId, provider, address }: Origin & { id: number; accountId: number },
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

function isVerified({ email, email_verified_at }: AccountRow, nameKey: string): boolean {
  return email !== null && foldName(email) === nameKey && email_verified_at !== null;
}

function emailOfOther(): DomainError {
  return new DomainError(
    'conflict',
    'There is an account with this e-mail already. Sign in to it, then link this way in.',
  );
}
