import type { Database } from '../../db/database.ts';
import type { AccountRow } from '../../db/schema.ts';
import { foldName } from '../accounts/account.ts';
import { findAccountByName } from '../accounts/account-name-store.ts';
import { isProvenName, signInNames } from '../accounts/account-names.ts';
import { findAccount } from '../accounts/account-store.ts';
import { languageOf } from '../language-code.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import { isActive } from '../visibility/visibility.ts';
import { secretLetters } from './secret-letters.ts';
import type { SendLetter } from './sending.ts';
import type { Letters } from './templates/own-letters.ts';

type Needs = {
  database: Database;
  verifications: Pick<VerificationService, 'findToSend'>;
  /** Where clients reach this server: links are made of this alone, and never of what a request says. */
  publicUrl: string;
  letters: Letters;
  send: SendLetter;
};

/** Mails links and codes. */
export function secretMails({ database, verifications, publicUrl, letters, send }: Needs) {
  const { emailLetter, recoveryLetter } = secretLetters(publicUrl, letters);

  /** Sends the secret of a verification, if it is one that goes by mail and still works. */
  async function sendVerification({ verificationId }: { verificationId: number }): Promise<void> {
    const verification = await verifications.findToSend(verificationId);
    if (!verification) return;
    const { purpose, accountId } = verification;
    if (purpose !== 'verify-email' && purpose !== 'recover-password') return;
    const account = await findAccount(database, accountId ?? 0);
    if (!account || !isActive(account)) return;
    const to = verification.subject;
    const id = `${purpose}-${verification.id}`;
    if (purpose === 'recover-password') {
      return send({ id, to, language: account.language }, recoveryLetter(account, verification));
    }
    const holder = await findProvenHolder(to, account.id);
    if (holder) {
      const { language } = holder;
      return send({ id, to, language }, letters[languageOf(language)].emailInUse());
    }
    return send({ id, to, language: account.language }, emailLetter(account, verification));
  }

  /** Another account that has shown that the address is its own. */
  async function findProvenHolder(email: string, accountId: number): Promise<AccountRow | null> {
    const nameKey = foldName(email);
    const holder = await findAccountByName(database, nameKey, signInNames);
    if (!holder || holder.id === accountId) return null;
    return isProvenName(holder, nameKey) ? holder : null;
  }

  return { sendVerification };
}
