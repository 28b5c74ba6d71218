import type { Database, Tx } from '../../db/database.ts';
import type { UserDocumentRow } from '../../db/schema.ts';
import { noSuchAccount } from '../accounts/account.ts';
import { lockAccount } from '../accounts/account-store.ts';
import { loginNameOf, publicNameOf } from '../accounts/login-name.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { by, checkMay, roleOf } from '../authority.ts';
import { hourMs } from '../durations.ts';
import type { Now } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import {
  storedDocument,
  type UserDocument,
  type UserDocumentList,
  type UserDocumentView,
} from './user-document.ts';
import {
  countActiveDocuments,
  countUserDocuments,
  type DocumentOfAccount,
  findUserDocument,
  insertUserDocument,
  listActiveDocuments,
  listUserDocuments,
  updateUserDocument,
} from './user-document-store.ts';

export type UserDocumentService = ReturnType<typeof userDocumentService>;

type Needs = { database: Database; now: Now; audit: AuditLog };

type Values = Partial<Omit<UserDocumentRow, 'account_id'>>;

/** Of one list: with documents of full size some megabytes. */
const maxListed = 500;
/** How long somebody counts as active after a login. */
const activeMs = 5 * hourMs;

/** The documents that older clients keep about their users: one to each account, empty until it is changed. */
export function userDocumentService({ database, now, audit }: Needs) {
  /** @throws DomainError `not_found` */
  async function read(viewer: Viewer, accountId: number): Promise<UserDocumentView> {
    const row = await findUserDocument(database, accountId);
    if (!row) throw noSuchAccount();
    return viewOf(row, viewer);
  }

  /**
   * Replaces some keys of a document, each whole. Owners change their own; admins change all, which is audited.
   * @throws DomainError `forbidden` · `not_found` · `invalid` (nested too deeply) · `too_large`
   */
  async function update(
    actor: { who: Viewer; address: string },
    accountId: number,
    change: UserDocument,
  ): Promise<UserDocumentView> {
    await database.transaction(async (tx) => {
      const row = await lock(tx, accountId);
      if (actor.who.accountId !== accountId) {
        checkMay(await roleOf(tx, actor), 'govern');
        const entry = { action: 'user-document.changed', accountId } as const;
        const details = { keys: Object.keys(change).join(' ') };
        await audit.record(tx, { ...entry, ...by(actor), details });
      }
      await write(tx, row, { content: storedDocument({ ...contentOf(row), ...change }) });
    });
    return read(actor.who, accountId);
  }

  /** The documents of all accounts, the newest account first; at most 500. */
  async function list(viewer: Viewer): Promise<UserDocumentList> {
    const rows = await listUserDocuments(database, maxListed);
    const total = await countUserDocuments(database);
    return { items: rows.map((row) => viewOf(row, viewer)), total };
  }

  /** The documents of those who signed in within five hours and have not signed out since, the latest first; at most 500. */
  async function listActive(viewer: Viewer): Promise<UserDocumentList> {
    const since = new Date(now().getTime() - activeMs).toISOString();
    const rows = await listActiveDocuments(database, { since, limit: maxListed });
    const total = await countActiveDocuments(database, since);
    return { items: rows.map((row) => viewOf(row, viewer)), total };
  }

  /** Creates an empty document: from then on others see the account's login name. @throws DomainError `not_found` */
  function begin(accountId: number): Promise<void> {
    return database.transaction(async (tx) => {
      await write(tx, await lock(tx, accountId), {});
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
      const row = await lock(tx, accountId);
      const content = change === null ? {} : { content: JSON.stringify(change(contentOf(row))) };
      await write(tx, row, { last_login_at: at, active_since: at, ...content });
      return loginNameOf(row);
    });
  }

  /** Records a logout. @throws DomainError `not_found` */
  function noteLogout(accountId: number): Promise<void> {
    return database.transaction(async (tx) => {
      await write(tx, await lock(tx, accountId), { active_since: null });
    });
  }

  /** The second of two concurrent changes waits here, and reads what the first has written. */
  async function lock(tx: Tx, accountId: number): Promise<DocumentOfAccount> {
    const isThere = await lockAccount(tx, accountId, now().toISOString());
    const row = isThere ? await findUserDocument(tx, accountId) : null;
    if (!row) throw noSuchAccount();
    return row;
  }

  return { begin, read, update, list, listActive, noteLogin, noteLogout };
}

async function write(tx: Tx, { id, content }: DocumentOfAccount, values: Values): Promise<void> {
  if (content !== null) return updateUserDocument(tx, id, values);
  const empty = { account_id: id, content: '{}', last_login_at: null, active_since: null };
  return insertUserDocument(tx, { ...empty, ...values });
}

function contentOf({ content }: DocumentOfAccount): UserDocument {
  return content === null ? {} : JSON.parse(content);
}

/** Without a document the account never used such a client, and its login name may be a private e-mail. */
function nameFor(row: DocumentOfAccount, isOwn: boolean): string {
  return isOwn || row.content !== null ? loginNameOf(row) : publicNameOf(row);
}

function viewOf(row: DocumentOfAccount, viewer: Viewer): UserDocumentView {
  const isOwn = viewer.accountId === row.id || viewer.role === 'admin';
  return {
    accountId: row.id,
    name: nameFor(row, isOwn),
    lastLoginAt: row.last_login_at,
    content: contentOf(row),
    isOwn,
    email: isOwn ? row.email : null,
  };
}
