import type { Database } from '../../db/database.ts';
import { memoryOf } from '../../db/memory.ts';
import { decidingColumns } from '../visibility/visibility.ts';
import { nameKeyOf, type PublicAccount, readPublic } from './public-account.ts';

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
  if (!database.isEmbedded) return async (username) => readPublic(database, nameKeyOf(username));
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
    const nameKey = nameKeyOf(username);
    database.noticeOthers();
    const known = memory.get(ids.get(nameKey) ?? 0);
    if (known?.nameKey === nameKey) return known;
    const writesBefore = memory.writes();
    const found = { ...(await readPublic(database, nameKey)), nameKey };
    const { id } = found.card;
    memory.keep(id, found, writesBefore);
    if (memory.get(id) === found) ids.set(nameKey, id);
    return found;
  };
}
