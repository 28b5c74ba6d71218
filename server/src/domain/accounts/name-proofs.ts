import type { Tx } from '../../db/database.ts';
import type { AccountRow } from '../../db/schema.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Now } from '../ports.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import { foldName, nameTaken } from './account.ts';
import { findNameHolder } from './account-name-store.ts';
import { isProvenName, writeNames } from './account-names.ts';
import { findAccount, lockAccount, updateAccount } from './account-store.ts';
import { maskedNumber, phoneNumberIn } from './phone-number.ts';

type Needs = {
  now: Now;
  audit: AuditLog;
  verifications: Pick<VerificationService, 'cancel'>;
};

type Proof = { kind: 'email' | 'phone'; key: string; address: string };

/**
 * Gives an account the name that its owner has just proved to be theirs, and that its columns have by now: a proof beats a
 * claim (docs/decisions/0025). This transaction has locked the account's row.
 * @throws DomainError `taken` when another account has proved the name
 */
export function takeProvenName(
  tx: Tx,
  needs: Needs,
  account: AccountRow,
  proof: Proof,
): Promise<void> {
  return writeNames(tx, account, async (name) => {
    if (name.key !== proof.key) return false;
    const holderId = await findNameHolder(tx, name.key);
    if (holderId !== null) await releaseClaim(tx, needs, holderId, proof);
    return true;
  });
}

/**
 * Takes a name from an account that has only claimed it. The account stays, with its password, its sessions and its other
 * names.
 * @throws DomainError `taken` when the account has proved the name
 */
export async function releaseClaim(
  tx: Tx,
  { now, audit, verifications }: Needs,
  holderId: number,
  { kind, key, address }: Proof,
): Promise<void> {
  const at = now().toISOString();
  // Another proof at this moment waits, or is seen here. The names of a closed account are free already.
  const holder = (await lockAccount(tx, holderId, at)) ? await findAccount(tx, holderId) : null;
  if (!holder) return;
  if (isProvenName(holder, key)) throw nameTaken(kind);
  const [isEmail, isLoginName] = [holder.email, holder.login_name].map((name) => reads(name, key));
  const rest = {
    ...(isEmail ? { email: null, email_verified_at: null } : {}),
    ...(isLoginName ? { login_name: null } : {}),
  };
  await updateAccount(tx, holderId, { ...rest, updated_at: at });
  await writeNames(tx, { ...holder, ...rest }, () => false);
  // A link to the address, followed by its owner, must not give it back.
  if (isEmail) await verifications.cancel(tx, holderId, ['verify-email', 'recover-password']);
  await audit.record(tx, {
    action: kind === 'email' ? 'email.released' : 'phone.released',
    accountId: holderId,
    actorId: null,
    address,
    ...(kind === 'phone' ? { details: { number: maskedNumber(key) } } : {}),
  });
}

/** Whether a text is a name, or spells it. */
function reads(text: string | null, key: string): boolean {
  return text !== null && (foldName(text) === key || phoneNumberIn(text) === key);
}
