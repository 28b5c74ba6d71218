import type { Database } from '../../db/database.ts';
import { loginNameOf } from '../accounts/login-name.ts';
import type { Now } from '../ports.ts';
import { lockDocument, writeDocument } from './document-writing.ts';
import type { UserDocument } from './user-document.ts';
import { contentOf } from './user-document-view.ts';

/** Begins documents, and records in them who signs in and out. */
export function loginNoting({ database, now }: { database: Database; now: Now }) {
  /** Creates an empty document: from then on others see the account's login name. @throws DomainError `not_found` */
  function begin(accountId: number): Promise<void> {
    return database.transaction(async (tx) => {
      const row = await lockDocument(tx, accountId, now().toISOString());
      await writeDocument(tx, row, {});
    });
  }

  /**
   * Records a login and returns the account's name.
   * @param change what the login changes in the document, if anything; it may run again, and its result is not limited, since
   *   some bytes above the limit are no reason to refuse a login
   * @throws DomainError `not_found`
   */
  function noteLogin(
    accountId: number,
    change: ((document: UserDocument) => UserDocument) | null,
  ): Promise<string> {
    const at = now().toISOString();
    return database.transaction(async (tx) => {
      const row = await lockDocument(tx, accountId, at);
      const content = change === null ? {} : { content: JSON.stringify(change(contentOf(row))) };
      await writeDocument(tx, row, { last_login_at: at, active_since: at, ...content });
      return loginNameOf(row);
    });
  }

  /** Records a logout. @throws DomainError `not_found` */
  function noteLogout(accountId: number): Promise<void> {
    return database.transaction(async (tx) => {
      const row = await lockDocument(tx, accountId, now().toISOString());
      await writeDocument(tx, row, { active_since: null });
    });
  }

  return { begin, noteLogin, noteLogout };
}
