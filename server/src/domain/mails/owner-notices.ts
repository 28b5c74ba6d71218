import type { Database } from '../../db/database.ts';
import { findAccount } from '../accounts/account-store.ts';
import { listAdmins } from '../administration/account-search-store.ts';
import type { Events } from '../events.ts';
import { languageOf } from '../language-code.ts';
import { emailLinkHours } from '../verifications/email-verification.ts';
import type { SendLetter } from './sending.ts';
import type { Letters } from './templates/own-letters.ts';

type Needs = { database: Database; letters: Letters; send: SendLetter };

type Changed = Events['account.changed'];

/** Mails owners what has happened to their accounts. */
export function ownerNotices({ database, letters, send }: Needs) {
  /** Tells the owner that the way into the account was changed. */
  async function tellOwner({ accountId, what }: Changed, eventId: number): Promise<void> {
    const account = await findAccount(database, accountId);
    if (!account?.email) return;
    const { username, email, language } = account;
    const letter = letters[languageOf(language)].changed({ username, what });
    await send({ id: `notice-${eventId}`, to: email, language }, letter);
  }

  /** Notifies the former e-mail address. */
  async function tellFormer({ accountId, formerEmail }: Changed, eventId: number): Promise<void> {
    const account = formerEmail === undefined ? null : await findAccount(database, accountId);
    if (!account || formerEmail === undefined) return;
    const { username, language } = account;
    const letter = letters[languageOf(language)].emailReplaced({ username });
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
    const letter = letters[languageOf(language)].emailChangeAsked({
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
    const letter = letters[languageOf(language)].contentRemoved({ username, ...removed });
    await send({ id: `removed-${eventId}`, to: email, language }, letter);
  }

  /** Tells every admin that a backup failed. */
  async function tellAdmins(
    { time, reason }: Events['backup.failed'],
    eventId: number,
  ): Promise<void> {
    for (const { id: accountId, username, email, language } of await listAdmins(database)) {
      if (email === null) continue;
      const letter = letters[languageOf(language)].backupFailed({ username, time, reason });
      await send({ id: `backup-failed-${eventId}-${accountId}`, to: email, language }, letter);
    }
  }

  return { tellOwner, tellFormer, tellChangeAsked, tellRemoved, tellAdmins };
}
