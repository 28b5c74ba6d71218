import type { Database, Db, Tx } from '../../db/database.ts';
import { memoryOf } from '../../db/memory.ts';
import type { AccountRow } from '../../db/schema.ts';
import { decidingColumns, isActive } from '../visibility/visibility.ts';
import { type AccountCard, foldName, isUsername, noSuchAccount } from './account.ts';
import { readAccountCards } from './account-card-store.ts';
import { findAccountByName } from './account-name-store.ts';
import { findAccount } from './account-store.ts';

/** What everybody sees of an account. */
export type PublicAccount = {
  card: AccountCard;
  bio: string;
  postCount: number;
  followerCount: number;
  followingCount: number;
  createdAt: string;
};

/** The public part of the account with this username. @throws DomainError `not_found`, also when it is disabled */
export type FindPublic = (username: string) => Promise<PublicAccount>;

const shownColumns = [
  'username',
  'display_name',
  'bio',
  'avatar_media_id',
  'post_count',
  'follower_count',
  'following_count',
  ...decidingColumns.accounts,
] as const;

const bytesOf = { account: 900, character: 2 };

type Kept = PublicAccount & { nameKey: string };

/** Where one process has the database for itself, accounts are remembered until one of their rows is written. */
export function publicAccounts(database: Database, maxBytes: number): FindPublic {
  if (!database.isEmbedded) return async (username) => read(database, keyOf(username));
  /** Which account had a name; that it has it still, what is kept of the account says. */
  const ids = new Map<string, number>();
  const memory = memoryOf<Kept>(database, {
    madeOf: [
      { table: 'accounts', column: 'id', changes: shownColumns },
      { table: 'account_names', column: 'account_id' },
      { table: 'media', column: 'account_id', changes: ['state', 'public_key', 'blurhash'] },
    ],
    maxBytes,
    bytesOf: ({ bio }) => bytesOf.account + bytesOf.character * bio.length,
    onForgotten: ({ nameKey }) => void ids.delete(nameKey),
  });

  return async (username) => {
    const nameKey = keyOf(username);
    database.noticeOthers();
    const known = memory.get(ids.get(nameKey) ?? 0);
    if (known?.nameKey === nameKey) return known;
    const writesBefore = memory.writes();
    const found = { ...(await read(database, nameKey)), nameKey };
    const { id } = found.card;
    memory.keep(id, found, writesBefore);
    if (memory.get(id) === found) ids.set(nameKey, id);
    return found;
  };
}

function keyOf(username: string): string {
  // Engines differ in what they make of odd characters; none is in a username.
  if (!isUsername(username)) throw noSuchAccount();
  return foldName(username);
}

async function read(db: Db, nameKey: string): Promise<PublicAccount> {
  return withCard(db, await findActive(db, nameKey));
}

async function findActive(db: Db, nameKey: string): Promise<AccountRow> {
  const row = await findAccountByName(db, nameKey, ['username']);
  if (!row || !isActive(row)) throw noSuchAccount();
  return row;
}

async function withCard(db: Db, row: AccountRow): Promise<PublicAccount> {
  const card = (await readAccountCards(db, [row.id])).get(row.id);
  if (!card) throw noSuchAccount();
  return { card, ...publicPart(row) };
}

/** Id of the account with this username, as the transaction sees it. @throws DomainError `not_found` */
export async function findActiveId(tx: Tx, username: string): Promise<number> {
  return (await findActive(tx, keyOf(username))).id;
}

/** What the transaction leaves of an account. @throws DomainError `not_found` */
export async function currentPublic(tx: Tx, id: number): Promise<PublicAccount> {
  const row = await findAccount(tx, id);
  if (!row) throw noSuchAccount();
  return withCard(tx, row);
}

/** What a profile shows beside the card. */
export function publicPart(row: AccountRow): Omit<PublicAccount, 'card'> {
  return {
    bio: row.bio,
    postCount: row.post_count,
    followerCount: row.follower_count,
    followingCount: row.following_count,
    createdAt: row.created_at,
  };
}
