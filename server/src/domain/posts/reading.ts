import type { Database } from '../../db/database.ts';
import { type DatedPageRequest, datedPageOf, type Page } from '../paging.ts';
import type { Viewer } from '../viewer.ts';
import { noSuchPost, type PostView } from './post.ts';
import type { PostReader } from './post-reader.ts';
import { listDrafts as listDraftPlaces } from './post-store.ts';

type Needs = { database: Database; postReader: PostReader };

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

  return { read, listDrafts };
}
