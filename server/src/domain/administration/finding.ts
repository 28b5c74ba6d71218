import type { Database } from '../../db/database.ts';
import { foldName, noSuchAccount } from '../accounts/account.ts';
import { findAccountByName } from '../accounts/account-name-store.ts';
import { findAccount } from '../accounts/account-store.ts';
import { type Actor, checkMay, roleAtFirst } from '../authority.ts';
import { DomainError, invalid } from '../errors.ts';
import { idIn } from '../id.ts';
import { type DatedPageRequest, datedPageOf, type Page, placeOfRow } from '../paging.ts';
import { type AccountFilter, type AccountRecord, recordOf } from './account-admin.ts';
import { listAccounts } from './account-search-store.ts';

/** See `accountFinding`. */
export type ReadRecord = (actor: Actor, id: number) => Promise<AccountRecord>;

/** Lists, reads and finds accounts for those who administer them. */
export function accountFinding({ database }: { database: Database }) {
  /** Accounts that are not deleted, the newest first. @throws DomainError `forbidden` · `invalid` (q) */
  async function list(
    actor: Actor,
    { q, role, state, skip = 0 }: AccountFilter,
    page: DatedPageRequest,
  ): Promise<Page<AccountRecord>> {
    checkMay(roleAtFirst(actor), 'read');
    const prefix = q === undefined ? null : foldName(q);
    if (prefix === '') throw invalid('q', 'must have a visible character');
    const search = { prefix, role: role ?? null, state: state ?? null, skip };
    const rows = await listAccounts(database, search, page);
    const { items, nextCursor } = datedPageOf('accounts', rows, page.limit, placeOfRow);
    return { items: items.map(recordOf), nextCursor };
  }

  /** @throws DomainError `forbidden` · `not_found` */
  async function read(actor: Actor, id: number): Promise<AccountRecord> {
    checkMay(roleAtFirst(actor), 'read');
    const row = await findAccount(database, id);
    if (!row) throw noSuchAccount();
    return recordOf(row);
  }

  /**
   * The account that a person means by a word: its username, its e-mail, or its id.
   * @throws DomainError `forbidden` · `not_found` · `conflict` (the name of one account, the id of another)
   */
  async function find(actor: Actor, word: string): Promise<AccountRecord> {
    checkMay(roleAtFirst(actor), 'read');
    const id = idIn(word.replace(/^id:/, ''));
    const byName = await findAccountByName(database, foldName(word), ['username', 'email']);
    const byId = id === null ? null : await findAccount(database, id);
    // Usernames of digits alone were allowed once; a guess might delete somebody else.
    if (byName && byId && byName.id !== byId.id) {
      const both = `Account ${byName.id} is called ${word}, and there is an account ${byId.id}`;
      throw new DomainError('conflict', `${both}: write id:${byName.id} or id:${byId.id}.`);
    }
    const row = byName ?? byId;
    if (!row) throw noSuchAccount();
    return recordOf(row);
  }

  return { list, read, find };
}
