import type { Database } from '../../db/database.ts';
import type { AccountRow } from '../../db/schema.ts';
import { foldName } from '../accounts/account.ts';
import { findAccountByName } from '../accounts/account-name-store.ts';
import { isProvenName, signInNames } from '../accounts/account-names.ts';
import { findAccount } from '../accounts/account-store.ts';
import { hourMs, minuteMs } from '../durations.ts';
import { DomainError } from '../errors.ts';
import type { Events } from '../events.ts';
import { languageOf } from '../language-code.ts';
import type { Mailer } from '../ports.ts';
import { emailLinkHours } from '../verifications/email-verification.ts';
import { codeLifeMs, type Verification } from '../verifications/verification.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import { isActive } from '../visibility/visibility.ts';
import { languages } from './languages/languages.ts';
import { formsOf, type Letter } from './letter.ts';

export type MailService = ReturnType<typeof mailService>;

type Needs = {
  database: Database;
  mailer: Mailer;
  verifications: Pick<VerificationService, 'findToSend'>;
  /** Where clients reach this server: links are made of this alone, and never of what a request says. */
  publicUrl: string;
  log: { warn(details: object, message: string): void };
};

type Secrets = { token: string; code: string; lifeMs: number };
type Changed = Events['account.changed'];

/**
 * Writes and sends what people are told by mail; for jobs. A crash between the server's answer and the note that the job
 * is done sends a mail twice, with the same secret and the same Message-ID. Nothing sends it more often, or never.
 */
export function mailService({ database, mailer, verifications, publicUrl, log }: Needs) {
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
      return send({ id, to, language }, languages[languageOf(language)].emailInUse());
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

  function emailLetter(account: AccountRow, verification: Verification & Secrets): Letter {
    const { token, code, details } = verification;
    const language = languageOf(account.language);
    const link =
      typeof details.linkPath === 'string'
        ? `${publicUrl}${details.linkPath}/${token}`
        : linkTo('verify-email', language, token);
    return languages[language].verifyEmail({
      username: account.username,
      link,
      hours: emailLinkHours,
      isRepeatable: typeof details.linkPath === 'string',
      code: details.hasNoCode === true ? null : code,
      codeMinutes: codeLifeMs / minuteMs,
    });
  }

  function recoveryLetter(account: AccountRow, { token, lifeMs }: Verification & Secrets): Letter {
    const language = languageOf(account.language);
    const link = linkTo('reset-password', language, token);
    return languages[language].recoverPassword({
      username: account.username,
      link,
      hours: lifeMs / hourMs,
    });
  }

  /** The secret is in the fragment, which no server and no proxy sees. */
  function linkTo(page: string, language: string, token: string): string {
    return `${publicUrl}/${page}?lang=${language}#token=${token}`;
  }

  /** Tells the owner that the way into the account was changed. */
  async function tellOwner({ accountId, what }: Changed, eventId: number): Promise<void> {
    const account = await findAccount(database, accountId);
    if (!account?.email) return;
    const { username, email, language } = account;
    const letter = languages[languageOf(language)].changed({ username, what });
    await send({ id: `notice-${eventId}`, to: email, language }, letter);
  }

  /** Notifies the former e-mail address. */
  async function tellFormer({ accountId, formerEmail }: Changed, eventId: number): Promise<void> {
    const account = formerEmail === undefined ? null : await findAccount(database, accountId);
    if (!account || formerEmail === undefined) return;
    const { username, language } = account;
    const letter = languages[languageOf(language)].emailReplaced({ username });
    await send({ id: `former-notice-${eventId}`, to: formerEmail, language }, letter);
  }

  /** Tells the present e-mail that another one was asked for: its owner can end that until it is confirmed. */
  async function tellChangeAsked(
    { accountId, email }: Events['email.change-asked'],
    eventId: number,
  ): Promise<void> {
    const account = await findAccount(database, accountId);
    if (!account) return;
    const { username, language } = account;
    const letter = languages[languageOf(language)].emailChangeAsked({
      username,
      hours: emailLinkHours,
    });
    await send({ id: `change-asked-${eventId}`, to: email, language }, letter);
  }

  /** Tells the author what moderators removed, and why. An account without an e-mail finds it in its security log. */
  async function tellRemoved(
    { accountId, ...removed }: Events['content.removed'],
    eventId: number,
  ): Promise<void> {
    const account = await findAccount(database, accountId);
    if (!account?.email) return;
    const { username, email, language } = account;
    const letter = languages[languageOf(language)].contentRemoved({ username, ...removed });
    await send({ id: `removed-${eventId}`, to: email, language }, letter);
  }

  async function send(to: { id: string; to: string; language: string }, letter: Letter) {
    try {
      await mailer.send({ id: to.id, to: to.to, ...formsOf(letter, languageOf(to.language)) });
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'invalid') throw error;
      // It would be refused the next time, too.
      log.warn({ mail: to.id, reason: error.message }, 'a mail was refused for good');
    }
  }

  return { sendVerification, tellOwner, tellFormer, tellChangeAsked, tellRemoved };
}
