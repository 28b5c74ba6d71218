import type { Database } from '../../db/database.ts';
import { readAccountCards } from '../accounts/account-store.ts';
import { readMediaOfPosts } from '../media/media-store.ts';
import { rowMemory } from '../row-memory.ts';
import { decidingColumns } from '../visibility/visibility.ts';
import { readPosts } from './post-store.ts';

/** Together about 40 MB. */
const maxKept = { posts: 50_000, media: 20_000, authors: 20_000 };

export type PostMemories = ReturnType<typeof postMemories>;

/** Keeps what everybody sees of posts until one of their rows is written (docs/decisions/0023). */
export function postMemories(database: Database) {
  const postsOf = rowMemory(database, {
    name: 'posts',
    read: readPosts,
    madeOf: [{ table: 'posts', column: 'id' }],
    maxKept: maxKept.posts,
  });
  const mediaOf = rowMemory(database, {
    name: 'media',
    read: readMediaOfPosts,
    madeOf: [{ table: 'media', column: 'post_id' }],
    maxKept: maxKept.media,
  });
  const authorsOf = rowMemory(database, {
    name: 'authors',
    read: readAccountCards,
    madeOf: [
      {
        table: 'accounts',
        column: 'id',
        changes: ['username', 'display_name', 'avatar_media_id', ...decidingColumns.accounts],
      },
      { table: 'media', column: 'account_id', changes: ['state', 'public_key', 'blurhash'] },
    ],
    maxKept: maxKept.authors,
  });

  return { postsOf, mediaOf, authorsOf };
}
