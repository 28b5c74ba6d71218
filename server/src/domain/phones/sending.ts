import type { Database, Tx } from '../../db/database.ts';
import { findAccount } from '../accounts/account-store.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { DomainError } from '../errors.ts';
import { languageOf } from '../language-code.ts';
import type { Now, TextMessages } from '../ports.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import { bareCodeText, codeText } from './code-text.ts';
import { phoneEntry, purpose } from './phone.ts';

type Needs = {
  database: Database;
  now: Now;
  verifications: Pick<VerificationService, 'findToSend' | 'cancel'>;
  texts: TextMessages;
  audit: AuditLog;
};

/** Sends codes, in the worker. */
export function codeSending({ database, now, verifications, texts, audit }: Needs) {
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
        const refused = { accountId, address: '', number, reason };
        await audit.record(tx, phoneEntry('phone.refused', refused));
      });
    }
  }

  return { sendCode };
}
