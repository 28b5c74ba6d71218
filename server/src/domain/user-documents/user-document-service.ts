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
  emptyUserDocument,
  type LinkedService,
  storedDocument,
  type UserDocument,
  type UserDocumentList,
  type UserDocumentView,
  userDocumentChange,
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
   * Replaces some keys of a document, each whole. Owners change their own, admins those of all, which is noted.
   * @throws DomainError `forbidden` · `not_found` · `invalid` (a key of another shape) · `too_large`
   */
  async function update(
    actor: { who: Viewer; address: string },
    accountId: number,
    input: Readonly<Record<string, unknown>>,
  ): Promise<UserDocumentView> {
    const change = userDocumentChange(input);
    await database.transaction(async (tx) => {
      const row = await hold(tx, accountId);
      if (actor.who.accountId !== accountId) {
        checkMay(await roleOf(tx, actor), 'govern');
        const entry = { action: 'user-document.changed', accountId } as const;
        const details = { keys: Object.keys(change).join(' ') };
        await audit.record(tx, { ...entry, ...by(actor), details });
      }
      await write(tx, row, { content: storedDocument({ ...keptKeys(row), ...change }) });
    });
    return read(actor.who, accountId);
  }

  /** Everybody’s, those of the newest accounts first; at most 500 of them. */
  async function list(viewer: Viewer): Promise<UserDocumentList> {
    const rows = await listUserDocuments(database, maxListed);
    const total = await countUserDocuments(database);
    return { items: rows.map((row) => viewOf(row, viewer)), total };
  }

  /** Of those who have signed in within five hours and not out since, the latest first; at most 500 of them. */
  async function listActive(viewer: Viewer): Promise<UserDocumentList> {
    const since = new Date(now().getTime() - activeMs).toISOString();
    const rows = await listActiveDocuments(database, { since, limit: maxListed });
    const total = await countActiveDocuments(database, since);
    return { items: rows.map((row) => viewOf(row, viewer)), total };
  }

  /** Notes that somebody has signed up here: from then on others see what they are called. @throws DomainError `not_found` */
  function begin(accountId: number): Promise<void> {
    return database.transaction(async (tx) => {
      await write(tx, await hold(tx, accountId), {});
    });
  }

  /**
   * Notes a login, and the service through which somebody says that they came; gives the account's name.
   * @throws DomainError `not_found`
   */
  function noteLogin(accountId: number, service: LinkedService | null): Promise<string> {
    const at = now().toISOString();
    return database.transaction(async (tx) => {
      const row = await hold(tx, accountId);
      const came = { last_login_at: at, active_since: at };
      await write(tx, row, service === null ? came : { ...came, content: linked(row, service) });
      return loginNameOf(row);
    });
  }

  /** Notes that somebody has signed out. @throws DomainError `not_found` */
  function noteLogout(accountId: number): Promise<void> {
    return database.transaction(async (tx) => {
      await write(tx, await hold(tx, accountId), { active_since: null });
    });
  }

  /** Of two changes at once the second waits here, and reads what the first has written. */
  async function hold(tx: Tx, accountId: number): Promise<DocumentOfAccount> {
    const isHeld = await lockAccount(tx, accountId, now().toISOString());
    const row = isHeld ? await findUserDocument(tx, accountId) : null;
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

/** What was ever given; what was not is as in an empty document. */
function keptKeys({ content }: DocumentOfAccount): Partial<UserDocument> {
  return content === null ? {} : JSON.parse(content);
}

/** Some bytes above the limit are no reason to refuse a login. */
function linked(row: DocumentOfAccount, service: LinkedService): string {
  const kept = keptKeys(row);
  const login = { [service]: { is_login: true } };
  const accounts = { ...emptyUserDocument.accounts, ...kept.accounts, ...login };
  return JSON.stringify({ ...kept, accounts });
}

/** Who never came by way of such a client has shown their address to nobody there. */
function nameFor(row: DocumentOfAccount, isOwn: boolean): string {
  return isOwn || row.content !== null ? loginNameOf(row) : publicNameOf(row);
}

function viewOf(row: DocumentOfAccount, viewer: Viewer): UserDocumentView {
  const { accounts, ...content } = { ...emptyUserDocument, ...keptKeys(row) };
  const isOwn = viewer.accountId === row.id || viewer.role === 'admin';
  return {
    accountId: row.id,
    name: nameFor(row, isOwn),
    lastLoginAt: row.last_login_at,
    content,
    own: isOwn ? { email: row.email, accounts } : null,
  };
}
