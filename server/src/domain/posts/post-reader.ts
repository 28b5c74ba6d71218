import type { Database } from '../../db/database.ts';
import type { PostRow } from '../../db/schema.ts';
import type { AccountCard } from '../accounts/account.ts';
import type { MemoryBudget } from '../memory-budget.ts';
import type { Viewer } from '../viewer.ts';
import type { ReadRelations } from '../visibility/relations.ts';
import type { Place, PostViewer } from '../visibility/visibility.ts';
import { postHydrating } from './hydrating.ts';
import { noSuchPost, type PostView } from './post.ts';
import { postMemories } from './post-memories.ts';
import { type HydratedPosts, isShown, type PostEntry } from './post-rules.ts';
import { type MakeView, noFiles, sharedViews } from './shared-views.ts';
import { readViewerStates, type StatesOfPosts, type ViewerStates } from './viewer-state.ts';

/** Reads posts: one query per table at most, whatever the length of the list. */
export type PostReader = {
  /** Loads what rules look at. @param viewer whose relations to the authors are loaded; null: none, as where there can be no block */
  hydrate: (entries: readonly PostEntry[], viewer: PostViewer) => Promise<HydratedPosts>;
  /** The same with pictures and documents, for rules that look at those. */
  hydrateWithFiles: (entries: readonly PostEntry[], viewer: PostViewer) => Promise<HydratedPosts>;
  /** All that hydrated posts show to the viewer, in the order of the entries. */
  present(
    entries: readonly PostEntry[],
    state: HydratedPosts,
    viewer: Viewer | null,
  ): Promise<PostView[]>;
  /** What is so between the viewer and hydrated posts. */
  readStates(
    entries: readonly PostEntry[],
    state: HydratedPosts,
    viewer: Viewer,
  ): Promise<StatesOfPosts>;
  /**
   * All that posts show, by id. Keeps the order; leaves out what the viewer may not see in this place.
   * @param place default: `link`
   */
  readViews(ids: readonly number[], viewer: Viewer | null, place?: Place): Promise<PostView[]>;
  /**
   * What a post shows that the caller has just read or written, for a viewer who may see it.
   * @throws DomainError `not_found`: its author is gone
   */
  viewOfRow(post: PostRow, states: StatesOfPosts): Promise<PostView>;
};

type Needs = {
  database: Database;
  viewerStates: ViewerStates;
  relations: ReadRelations;
  /** What may be remembered of the database, where it is embedded. */
  memory?: MemoryBudget;
};

export function postReader(needs: Needs): PostReader {
  const { database, viewerStates, relations: readRelations, memory } = needs;
  const memories = postMemories(database, memory);
  const { postsOf, mediaOf, authorsOf } = memories;
  const viewsOf = viewMaker(sharedViews(database.isEmbedded));

  async function present(
    entries: readonly PostEntry[],
    state: HydratedPosts,
    viewer: Viewer | null,
  ): Promise<PostView[]> {
    const posts = rowsOf(entries, state);
    const [files, states] = await Promise.all([
      state.files ?? mediaOf(idsWithFiles(posts)),
      readViewerStates(viewerStates, viewer, posts),
    ]);
    return viewsOf(posts, { authors: state.authors, files, states });
  }

  const readStates: PostReader['readStates'] = (entries, state, viewer) =>
    readViewerStates(viewerStates, viewer, rowsOf(entries, state));

  /** Authors are known only with the posts; all about them is loaded together with what the views need. */
  async function readViews(
    ids: readonly number[],
    viewer: Viewer | null,
    place: Place = 'link',
  ): Promise<PostView[]> {
    database.noticeOthers();
    const rows = await postsOf(ids);
    const posts = ids.map((id) => rows.get(id)).filter((post) => post !== undefined);
    const authorIds = posts.map((post) => post.account_id);
    const [authors, files, states, relations] = await Promise.all([
      authorsOf(authorIds),
      mediaOf(idsWithFiles(posts)),
      readViewerStates(viewerStates, viewer, posts),
      readRelations(viewer, authorIds),
    ]);
    const shown = posts.filter((post) =>
      isShown(post, { viewer, relation: relations(post.account_id), place }),
    );
    return viewsOf(shown, { authors, files, states });
  }

  async function viewOfRow(post: PostRow, states: StatesOfPosts): Promise<PostView> {
    database.noticeOthers();
    const [authors, files] = await Promise.all([
      authorsOf([post.account_id]),
      mediaOf(idsWithFiles([post])),
    ]);
    const [view] = viewsOf([post], { authors, files, states });
    if (!view) throw noSuchPost();
    return view;
  }

  const hydrating = postHydrating({ database, memories, relations: readRelations });
  return { ...hydrating, present, readStates, readViews, viewOfRow };
}

/** Views of posts in their order; posts whose author has no card are left out. */
function viewMaker(viewOf: MakeView) {
  return (posts: readonly PostRow[], { authors, files, states }: Parts): PostView[] => {
    const views: PostView[] = [];
    for (const post of posts) {
      const author = authors.get(post.account_id);
      if (author)
        views.push(viewOf({ post, author, files: files.get(post.id) ?? noFiles }, states));
    }
    return views;
  };
}

function idsWithFiles(posts: readonly PostRow[]): number[] {
  return posts.filter((post) => post.has_media === 1).map((post) => post.id);
}

function rowsOf(entries: readonly PostEntry[], { posts }: HydratedPosts): PostRow[] {
  return entries.map(({ postId }) => posts.get(postId)).filter((post) => post !== undefined);
}

type Parts = {
  authors: ReadonlyMap<number, AccountCard>;
  files: ReadonlyMap<number, PostView['media']>;
  states: StatesOfPosts;
};
