import type { Database } from '../../db/database.ts';
import { readAccountCards } from '../accounts/account-card-store.ts';
import { readMediaOfPosts } from '../media/media-store.ts';
import { type MemoryBudget, memoryBudget } from '../memory-budget.ts';
import { rowMemory } from '../row-memory.ts';
import { decidingColumns } from '../visibility/visibility.ts';
import { readPosts } from './post-store.ts';

/** Estimates, with the views of a post and what a contract keeps of it (`shared-views.ts`, `contracts/fragments.ts`). */
const bytes = { post: 1400, picture: 2600, author: 400 };

export type PostMemories = ReturnType<typeof postMemories>;

/** Keeps what everybody sees of posts until one of their rows is written (docs/decisions/0023). */
export function postMemories(database: Database, budget: MemoryBudget = memoryBudget()) {
  const postsOf = rowMemory(database, {
    name: 'posts',
    read: readPosts,
    madeOf: [{ table: 'posts', column: 'id' }],
    maxBytes: budget.posts,
    bytesOf: ({ text }) => bytes.post + bytesOfText(text),
  });
  const mediaOf = rowMemory(database, {
    name: 'media',
    read: readMediaOfPosts,
    madeOf: [{ table: 'media', column: 'post_id' }],
    maxBytes: budget.media,
    bytesOf: (files) => files.reduce((sum, { alt }) => sum + bytes.picture + bytesOfText(alt), 0),
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
    maxBytes: budget.authors,
    bytesOf: () => bytes.author,
  });

  return { postsOf, mediaOf, authorsOf };
}

/** Of a text as the engine keeps it, and as UTF-8 in the fragments for those who like the post and for the others. */
function bytesOfText(text: string): number {
  const written = Buffer.byteLength(text);
  return 2 * written + (written === text.length ? 1 : 2) * text.length;
}
