import type { Database } from '../../db/database.ts';
import type { PageRequest } from '../paging.ts';
import { readPage } from '../pipeline.ts';
import type { PostView } from '../posts/post.ts';
import type { PostReader } from '../posts/post-reader.ts';
import { every, hasFile, shownTo } from '../posts/post-rules.ts';
import { listDrafts } from '../posts/post-store.ts';
import type { Viewer } from '../viewer.ts';
import { type FeedEntry, listByAuthor, listExplore } from './feed-store.ts';
import { postPipeline, type Skeleton } from './post-pipeline.ts';

type Needs = { database: Database; postReader: PostReader };

/** Which posts with pictures: of one author or of all; drafts are the viewer's own. */
export type AlbumFilter = { authorId: number | null; states: 'all' | 'drafts' };

/** Lists all posts with pictures. */
export function albums({ database, postReader }: Needs) {
  /**
   * All posts with pictures at once, oldest first, for clients that know no pages: at most `limit`, the newest. The viewer's
   * drafts stand among them by the time at which they were made.
   */
  async function wholeAlbum(
    viewer: Viewer,
    { authorId, states }: AlbumFilter,
    limit: number,
  ): Promise<PostView[]> {
    const isOwn = authorId === null || authorId === viewer.accountId;
    const views = isOwn ? await draftsWithFiles(viewer, limit) : [];
    if (states === 'all') {
      const skeleton: Skeleton = (part) => listAlbum(authorId, part);
      const place = authorId === null ? 'discovery' : 'list';
      const pipeline = postPipeline(postReader, skeleton, { viewer, place, rule: hasFile });
      views.push(...(await readPage('posts', { limit, before: null }, pipeline)).items);
    }
    return views.sort(byTime).slice(-limit);
  }

  async function draftsWithFiles(viewer: Viewer, limit: number): Promise<PostView[]> {
    const { accountId } = viewer;
    const places = await listDrafts(database, accountId, { limit: limit - 1, before: null });
    const entries = places.map(({ id }) => ({ postId: id, byId: accountId }));
    const rules = every(shownTo(viewer, 'link'), hasFile);
    const state = await postReader.hydrateWithFiles(entries, viewer);
    const shown = entries.filter((entry) => rules(entry, state));
    return postReader.present(shown, state, viewer);
  }

  function listAlbum(authorId: number | null, page: PageRequest): Promise<FeedEntry[]> {
    return authorId === null
      ? listExplore(database, 'with-media', page)
      : listByAuthor(database, authorId, 'with-media', page);
  }

  return { wholeAlbum };
}

/** Oldest first; those of one moment by their number. */
function byTime(a: PostView, b: PostView): number {
  const [first, second] = [a.publishedAt ?? a.createdAt, b.publishedAt ?? b.createdAt];
  if (first !== second) return first < second ? -1 : 1;
  return a.id - b.id;
}
