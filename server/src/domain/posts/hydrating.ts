import type { Database } from '../../db/database.ts';
import type { AccountCard } from '../accounts/account.ts';
import type { PostMemories } from './post-memories.ts';
import type { HydratedPosts, PostContent, PostEntry } from './post-rules.ts';

type Needs = { database: Database; memories: PostMemories };

/** Loads what the rules look at. */
export function postHydrating({ database, memories }: Needs) {
  const { postsOf, mediaOf, authorsOf } = memories;

  async function hydrate(entries: readonly PostEntry[]): Promise<HydratedPosts> {
    database.noticeOthers();
    const contents = entries.map(({ content }) => content).filter((it) => it !== undefined);
    if (contents.length === entries.length) return hydratedOf(contents);
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

/** What was read with the list itself. */
function hydratedOf(contents: readonly PostContent[]): HydratedPosts {
  const posts: Array<[number, PostContent['post']]> = [];
  const authors = new Map<number, AccountCard>();
  for (const { post, author } of contents) {
    posts.push([post.id, post]);
    if (author) authors.set(author.id, author);
  }
  return { posts: new Map(posts), authors, files: null };
}
