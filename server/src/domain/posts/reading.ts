import type { Database } from '../../db/database.ts';
import type { PostRow } from '../../db/schema.ts';
import { type DatedPageRequest, datedPageOf, type Page } from '../paging.ts';
import type { Viewer } from '../viewer.ts';
import { noSuchPost, type PostView } from './post.ts';
import type { PostReader } from './post-reader.ts';
import { listDrafts as listDraftPlaces } from './post-store.ts';

type Needs = { database: Database; postReader: PostReader };

export type PostReading = ReturnType<typeof postReading>;

/** Reads single posts, and a viewer's drafts. */
export function postReading({ database, postReader }: Needs) {
  /** @throws DomainError `not_found`: there is none, or the viewer may not see it */
  async function read(viewer: Viewer | null, id: number): Promise<PostView> {
    const [view] = await postReader.readViews([id], viewer);
    if (!view) throw noSuchPost();
    return view;
  }

  /** The viewer's drafts, newest first. */
  async function listDrafts(viewer: Viewer, page: DatedPageRequest): Promise<Page<PostView>> {
    const places = await listDraftPlaces(database, viewer.accountId, page);
    const { items, nextCursor } = datedPageOf('drafts', places, page.limit, (place) => place);
    const ids = items.map(({ id }) => id);
    return { items: await postReader.readViews(ids, viewer), nextCursor };
  }

  /** What the viewer sees of a post whose row was just read or written. @throws DomainError `not_found`: its author is gone */
  function view(row: PostRow, { likedByMe }: { likedByMe: boolean }): Promise<PostView> {
    return postReader.viewOfRow(row, { likedByMe: new Set(likedByMe ? [row.id] : []) });
  }

  return { read, view, listDrafts };
}
