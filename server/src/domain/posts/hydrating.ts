import type { Database } from '../../db/database.ts';
import type { AccountCard } from '../accounts/account.ts';
import type { ReadRelations } from '../visibility/relations.ts';
import type { PostViewer } from '../visibility/visibility.ts';
import type { PostMemories } from './post-memories.ts';
import type { HydratedPosts, PostContent, PostEntry } from './post-rules.ts';

type Needs = { database: Database; memories: PostMemories; relations: ReadRelations };

/** Loads what the rules look at. */
export function postHydrating({ database, memories, relations: readRelations }: Needs) {
  const { postsOf, mediaOf, authorsOf } = memories;

  async function hydrate(
    entries: readonly PostEntry[],
    viewer: PostViewer,
  ): Promise<HydratedPosts> {
    database.noticeOthers();
    const authorIds = entries.map(({ byId }) => byId);
    const contents = entries.map(({ content }) => content).filter((it) => it !== undefined);
    if (contents.length === entries.length) {
      return { ...hydratedOf(contents), relations: await readRelations(viewer, authorIds) };
    }
    const [posts, authors, relations] = await Promise.all([
      postsOf(entries.map(({ postId }) => postId)),
      authorsOf(authorIds),
      readRelations(viewer, authorIds),
    ]);
    return { posts, authors, relations, files: null };
  }

  async function hydrateWithFiles(
    entries: readonly PostEntry[],
    viewer: PostViewer,
  ): Promise<HydratedPosts> {
    const [hydrated, files] = await Promise.all([
      hydrate(entries, viewer),
      mediaOf(entries.map(({ postId }) => postId)),
    ]);
    return { ...hydrated, files };
  }

  return { hydrate, hydrateWithFiles };
}

/** What was read with the list itself. */
function hydratedOf(contents: readonly PostContent[]): Omit<HydratedPosts, 'relations'> {
  const posts: Array<[number, PostContent['post']]> = [];
  const authors = new Map<number, AccountCard>();
  for (const { post, author } of contents) {
    posts.push([post.id, post]);
    if (author) authors.set(author.id, author);
  }
  return { posts: new Map(posts), authors, files: null };
}
