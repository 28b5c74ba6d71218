import type { Database } from '../../db/database.ts';
import type { PostMemories } from './post-memories.ts';
import type { HydratedPosts, PostEntry } from './post-rules.ts';

type Needs = { database: Database; memories: PostMemories };

/** Loads what the rules look at. */
export function postHydrating({ database, memories }: Needs) {
  const { postsOf, mediaOf, authorsOf } = memories;

  async function hydrate(entries: readonly PostEntry[]): Promise<HydratedPosts> {
    database.noticeOthers();
    const [posts, authors] = await Promise.all([
      postsOf(entries.map(({ postId }) => postId)),
      authorsOf(entries.map(({ byId }) => byId)),
    ]);
    return { posts, authors, files: null };
  }

  async function hydrateWithFiles(entries: readonly PostEntry[]): Promise<HydratedPosts> {
    const [hydrated, files] = await Promise.all([
      hydrate(entries),
      mediaOf(entries.map(({ postId }) => postId)),
    ]);
    return { ...hydrated, files };
  }

  return { hydrate, hydrateWithFiles };
}
