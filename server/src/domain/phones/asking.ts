import type { Database, Tx } from '../../db/database.ts';
import type { AccountRow, VerificationRow } from '../../db/schema.ts';
import { nameTaken, noSuchAccount } from '../accounts/account.ts';
import { checkLives } from '../accounts/account-lives.ts';
import { findAccountByName } from '../accounts/account-name-store.ts';
import { isProvenName } from '../accounts/account-names.ts';
import { findAccount } from '../accounts/account-store.ts';
import { phoneNumber } from '../accounts/phone-number.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { DomainError } from '../errors.ts';
import { emit } from '../events.ts';
import type { Now } from '../ports.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import type { Viewer } from '../viewer.ts';
import { letGo } from './account-phone.ts';
import { type NumberClaim, phoneEntry, purpose } from './phone.ts';
import type { TextThrottle } from './text-throttle.ts';

type Needs = {
  database: Database;
  now: Now;
  verifications: Pick<VerificationService, 'prepare' | 'issue'>;
  throttle: TextThrottle;
  audit: AuditLog;
  codeLifeMs: number;
};

/** Has codes sent to numbers that somebody claims. */
export function phoneAsking({ database, now, verifications, throttle, audit, codeLifeMs }: Needs) {
  /**
   * Has a code sent to a number, in place of any code before. Says nothing about whose number it is: that shows at `confirm`.
   * @throws DomainError `invalid` (phone) · `conflict` (the viewer has proved it already) · `rate_limited`
   */
  async function ask(viewer: Viewer, claim: NumberClaim) {
    const { accountId } = viewer;
    const { number } = await takeText({ database, throttle }, accountId, claim);
    const wanted = { purpose, accountId, subject: number, lifeMs: codeLifeMs } as const;
    const row = await verifications.prepare(wanted);
    await database.transaction((tx) => issue(tx, row, viewer, claim.address));
    return { phone: number, expiresAt: row.expires_at };
  }

  /**
   * Puts a number that is still to be proved in the place of the viewer's, which is let go of, and has a code of four digits
   * sent there. Says at once when another account has proved it.
   * @throws DomainError `invalid` (phone) · `conflict` (the viewer has proved it already) · `taken` · `rate_limited`
   */
  async function replace(viewer: Viewer, claim: NumberClaim): Promise<void> {
    const { accountId } = viewer;
    const { number, account } = await takeText({ database, throttle }, accountId, claim);
    const holder = await findAccountByName(database, number, ['phone', 'login_name']);
    if (holder && isProvenName(holder, number)) throw nameTaken('phone');
    const wanted = { purpose, accountId, subject: number, lifeMs: codeLifeMs } as const;
    const row = await verifications.prepare({ ...wanted, codeDigits: 4 });
    await database.transaction(async (tx) => {
      await issue(tx, row, viewer, claim.address);
      await letGo(tx, accountId, { phone: number, at: now().toISOString() });
      if (account.phone_verified_at === null) return;
      await emit(tx, now(), 'account.changed', { accountId, what: 'phone' });
    });
  }

  async function issue(
    tx: Tx,
    row: VerificationRow,
    { accountId }: Viewer,
    address: string,
  ): Promise<void> {
    await checkLives(tx, accountId);
    await verifications.issue(tx, row);
    await emit(tx, now(), 'verification.issued', { verificationId: row.id });
    const asked = { accountId, address, number: row.subject };
    await audit.record(tx, phoneEntry('phone.change-asked', asked));
  }

  return { ask, replace };
}

/** Reads a number, and counts the message to it before it is promised. */
async function takeText(
  { database, throttle }: Pick<Needs, 'database' | 'throttle'>,
  accountId: number,
  { phone, countryCode, address }: NumberClaim,
): Promise<{ number: string; account: AccountRow }> {
  const number = phoneNumber(phone, countryCode);
  const account = await findAccount(database, accountId);
  if (!account) throw noSuchAccount();
  if (account.phone === number && account.phone_verified_at !== null) {
    throw new DomainError('conflict', 'You have already verified this number.');
  }
  await throttle.take({ accountId, address, number });
  return { number, account };
}
