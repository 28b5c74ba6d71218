import type { Database } from '../../db/database.ts';
import type { Page, PageRequest } from '../paging.ts';
import { readPage } from '../pipeline.ts';
import { noSuchPost, type PostView } from '../posts/post.ts';
import type { PostReader } from '../posts/post-reader.ts';
import { shownTo } from '../posts/post-rules.ts';
import type { Viewer } from '../viewer.ts';
import {
  listBranch,
  listReplies,
  listThread,
  type ReplyEntry,
  readAncestorIds,
} from './thread-store.ts';

type Needs = { database: Database; postReader: PostReader };

/** A conversation around a post. */
export type Thread = {
  /** What the post answers, and so on up to the beginning, which is the first. Those that the viewer may not see are left out. */
  ancestors: readonly PostView[];
  /** What was written below the post, the oldest first. */
  descendants: Page<PostView>;
};

export type ThreadService = ReturnType<typeof threadService>;

/** Shows conversations. */
export function threadService({ database, postReader }: Needs) {
  /** Posts that answer a post directly, the oldest first. @throws DomainError `not_found` */
  async function replies(
    viewer: Viewer | null,
    id: number,
    page: PageRequest,
  ): Promise<Page<PostView>> {
    await read(viewer, id);
    return readReplies(viewer, page, (part) => listReplies(database, id, part));
  }

  /** All that belongs to a conversation, seen from one of its posts. @throws DomainError `not_found` */
  async function thread(viewer: Viewer | null, id: number, page: PageRequest): Promise<Thread> {
    const { rootId } = await read(viewer, id);
    const list = rootId === null ? listThread : listBranch;
    const [ancestorIds, descendants] = await Promise.all([
      rootId === null ? [] : readAncestorIds(database, id),
      readReplies(viewer, page, (part) => list(database, id, part)),
    ]);
    return { ancestors: await postReader.readViews(ancestorIds, viewer, 'list'), descendants };
  }

  async function read(viewer: Viewer | null, id: number): Promise<PostView> {
    const [view] = await postReader.readViews([id], viewer);
    if (!view) throw noSuchPost();
    return view;
  }

  async function readReplies(
    viewer: Viewer | null,
    page: PageRequest,
    skeleton: (part: PageRequest) => Promise<ReplyEntry[]>,
  ): Promise<Page<PostView>> {
    const { items, nextCursor } = await readPage('replies', page, {
      skeleton,
      keyOf: (entry) => entry.key,
      hydrate: (entries) => postReader.hydrate(entries, viewer),
      rules: shownTo(viewer, 'list'),
      present: (entries, state) => postReader.present(entries, state, viewer),
    });
    return { items: items.toReversed(), nextCursor };
  }

  return { replies, thread };
}
