import type { Database, Tx } from '../../db/database.ts';
import type { AccountRow, VerificationRow } from '../../db/schema.ts';
import { nameTaken, noSuchAccount } from '../accounts/account.ts';
import { checkLives } from '../accounts/account-lives.ts';
import { findAccountByName } from '../accounts/account-name-store.ts';
import { isProvenName, writeNames } from '../accounts/account-names.ts';
import { findAccount, setAccountPhone } from '../accounts/account-store.ts';
import { takeProvenName } from '../accounts/name-proofs.ts';
import { maskedNumber, phoneNumber } from '../accounts/phone-number.ts';
import type { AuditAction, AuditLog } from '../audit/audit-log.ts';
import { DomainError } from '../errors.ts';
import { emit } from '../events.ts';
import { languageOf } from '../language-code.ts';
import type { Counters, Now, TextMessages } from '../ports.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import type { Viewer } from '../viewer.ts';
import { bareCodeText, codeText } from './code-text.ts';
import { textThrottle } from './text-throttle.ts';

export type PhoneService = ReturnType<typeof phoneService>;

type Needs = {
  database: Database;
  now: Now;
  verifications: VerificationService;
  texts: TextMessages;
  counters: Counters;
  audit: AuditLog;
  codeLifeMs: number;
  maxTextsPerCountryAndDay: number;
};

export type NumberClaim = {
  phone: string;
  /** Where a client gives it apart from the number. */
  countryCode?: string;
  address: string;
};

const purpose = 'verify-phone';

/** Proves that a phone is somebody's, by a code that is sent there; a proved number belongs to one account. */
export function phoneService(needs: Needs) {
  const { database, now, verifications, texts, audit, codeLifeMs } = needs;
  const throttle = textThrottle(needs.counters, {
    perCountryAndDay: needs.maxTextsPerCountryAndDay,
  });

  /**
   * Has a code sent to a number, in place of any code before. Says nothing about whose number it is: that shows at `confirm`.
   * @throws DomainError `invalid` (phone) · `conflict` (the viewer has proved it already) · `rate_limited`
   */
  async function ask(viewer: Viewer, claim: NumberClaim) {
    const { accountId } = viewer;
    const { number } = await takeText(accountId, claim);
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
    const { number, account } = await takeText(accountId, claim);
    const holder = await findAccountByName(database, number, ['phone', 'login_name']);
    if (holder && isProvenName(holder, number)) throw nameTaken('phone');
    const wanted = { purpose, accountId, subject: number, lifeMs: codeLifeMs } as const;
    const row = await verifications.prepare({ ...wanted, codeDigits: 4 });
    await database.transaction(async (tx) => {
      await issue(tx, row, viewer, claim.address);
      await letGo(tx, accountId, number);
      if (account.phone_verified_at === null) return;
      await emit(tx, now(), 'account.changed', { accountId, what: 'phone' });
    });
  }

  /** Reads a number, and counts the message to it before it is promised. */
  async function takeText(
    accountId: number,
    { phone, countryCode, address }: NumberClaim,
  ): Promise<{ number: string; account: AccountRow }> {
    const number = phoneNumber(phone, countryCode);
    const account = await findAccount(database, accountId);
    if (!account) throw noSuchAccount();
    if (account.phone === number && account.phone_verified_at !== null) {
      throw new DomainError('conflict', 'You have verified this number already.');
    }
    await throttle.take({ accountId, address, number });
    return { number, account };
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
    await note(tx, 'phone.change-asked', { accountId, address, number: row.subject });
  }

  /**
   * Makes the number the viewer's, who knows the code that was sent there.
   * @throws DomainError `invalid` (code) · `expired` · `gone` (used meanwhile) · `taken` (another account has proved it)
   */
  async function confirm(viewer: Viewer, code: string, address: string): Promise<void> {
    const { accountId } = viewer;
    const verification = await verifications.findByCode(accountId, purpose, code);
    const number = verification.subject;
    await database.transaction(async (tx) => {
      await verifications.consume(tx, verification);
      // Two parallel requests may have left another one pending.
      await verifications.cancel(tx, accountId, [purpose]);
      const verifiedAt = now().toISOString();
      const holder = await setPhone(tx, accountId, { phone: number, verifiedAt });
      await takeProvenName(tx, needs, holder, { kind: 'phone', key: number, address });
      await emit(tx, now(), 'account.changed', { accountId, what: 'phone' });
      await note(tx, 'phone.verified', { accountId, address, number });
    });
  }

  /** The same, but a repeat of what has proved the number is no error while the code lasts. @throws DomainError as `confirm` */
  async function confirmRepeatably(viewer: Viewer, code: string, address: string): Promise<void> {
    try {
      await confirm(viewer, code, address);
    } catch (error) {
      if (!(error instanceof DomainError) || !(await wasConfirmed(viewer, code))) throw error;
    }
  }

  async function wasConfirmed({ accountId }: Viewer, code: string): Promise<boolean> {
    const used = await verifications.findUsedByCode(accountId, purpose, code);
    const account = used && (await findAccount(database, accountId));
    return used !== null && account?.phone === used.subject && account.phone_verified_at !== null;
  }

  /** Lets go of the viewer's number, and of a code that is under way. @throws DomainError `not_found` */
  async function remove(viewer: Viewer, address: string): Promise<void> {
    const { accountId } = viewer;
    const number = (await findAccount(database, accountId))?.phone;
    if (!number) throw new DomainError('not_found', 'You have given no number.');
    await database.transaction(async (tx) => {
      await letGo(tx, accountId, null);
      await verifications.cancel(tx, accountId, [purpose]);
      await emit(tx, now(), 'account.changed', { accountId, what: 'phone' });
      await note(tx, 'phone.removed', { accountId, address, number });
    });
  }

  /** Lets go of a number that was proved, and of the name with it. */
  async function letGo(tx: Tx, accountId: number, phone: string | null): Promise<void> {
    await writeNames(tx, await setPhone(tx, accountId, { phone, verifiedAt: null }), () => false);
  }

  /** Locks the account's row until the end: a transaction that closes the account waits, or has committed and is seen here. */
  async function setPhone(
    tx: Tx,
    accountId: number,
    to: { phone: string | null; verifiedAt: string | null },
  ): Promise<AccountRow> {
    const at = now().toISOString();
    const isSet = await setAccountPhone(tx, accountId, { ...to, at });
    const account = isSet ? await findAccount(tx, accountId) : null;
    if (!account) throw noSuchAccount();
    return account;
  }

  /**
   * Sends the code of a verification: for workers. A number that the provider refuses is not tried again; its code ends,
   * so that nobody waits for it.
   * @throws Error when the provider may take it later
   */
  async function sendCode(
    verificationId: number,
    write: (work: (tx: Tx) => Promise<unknown>) => Promise<void>,
  ): Promise<void> {
    const found = await verifications.findToSend(verificationId);
    if (found?.purpose !== purpose || found.accountId === null) return;
    const { accountId, subject: number, code } = found;
    const account = await findAccount(database, accountId);
    if (!account) return;
    const leftMs = new Date(found.expiresAt).getTime() - now().getTime();
    const language = languageOf(account.language);
    // Clients that have fields for four digits read them out of the message.
    const text =
      found.codeDigits === 4 ? bareCodeText(language, code) : codeText(language, code, leftMs);
    try {
      await texts.send({ to: number, text });
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'invalid') throw error;
      const reason = error.message;
      await write(async (tx) => {
        await verifications.cancel(tx, accountId, [purpose]);
        await note(tx, 'phone.refused', { accountId, address: '', number, reason });
      });
    }
  }

  type Note = { accountId: number; address: string; number: string; reason?: string };

  function note(tx: Tx, action: AuditAction, { accountId, address, number, ...more }: Note) {
    const details = { number: maskedNumber(number), ...more };
    return audit.record(tx, { action, accountId, actorId: accountId, address, details });
  }

  return { ask, replace, confirm, confirmRepeatably, remove, sendCode };
}
