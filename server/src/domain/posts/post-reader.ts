import type { Database } from '../../db/database.ts';
import type { PostRow } from '../../db/schema.ts';
import type { AccountCard } from '../accounts/account.ts';
import { readAccountCards } from '../accounts/account-store.ts';
import { readLikedPosts } from '../likes/like-store.ts';
import { readMediaOfPosts } from '../media/media-store.ts';
import { type ReadByIds, rowMemory } from '../row-memory.ts';
import type { Viewer } from '../viewer.ts';
import {
  activeAuthor,
  canSee,
  decidingColumns,
  factsOf,
  noRelation,
  type Place,
} from '../visibility/visibility.ts';
import { isDraft, type PostView } from './post.ts';
import { readPosts } from './post-store.ts';

/** Reads posts by id: one query per table at most, whatever the length of the list. */
export type PostReader = {
  /** Posts by id; deleted ones are left out. */
  readRows: ReadByIds<PostRow>;
  /**
   * All that the posts show. Keeps the order; leaves out what the viewer may not see in this place.
   * @param place default: `link`
   */
  readViews(ids: readonly number[], viewer: Viewer | null, place?: Place): Promise<PostView[]>;
};

/** Together about 40 MB. */
const maxKept = { posts: 50_000, media: 20_000, authors: 20_000 };

export function postReader(database: Database): PostReader {
  const postsOf = rowMemory(database, {
    read: readPosts,
    madeOf: [{ table: 'posts', column: 'id' }],
    maxKept: maxKept.posts,
  });
  const mediaOf = rowMemory(database, {
    read: readMediaOfPosts,
    madeOf: [{ table: 'media', column: 'post_id' }],
    maxKept: maxKept.media,
  });
  const authorsOf = rowMemory(database, {
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

  function readRows(ids: readonly number[]): Promise<ReadonlyMap<number, PostRow>> {
    database.noticeOthers();
    return postsOf(ids);
  }

  async function readViews(
    ids: readonly number[],
    viewer: Viewer | null,
    place: Place = 'link',
  ): Promise<PostView[]> {
    const posts = await readRows(ids);
    const visible: PostRow[] = [];
    for (const id of ids) {
      const post = posts.get(id);
      if (post && isVisible(post, viewer, place)) visible.push(post);
    }
    const [authors, media, liked] = await Promise.all([
      authorsOf(visible.map((post) => post.account_id)),
      mediaOf(visible.filter((post) => post.has_media === 1).map((post) => post.id)),
      viewer
        ? readLikedPosts(
            database,
            viewer.accountId,
            visible.filter((post) => post.like_count > 0).map((post) => post.id),
          )
        : new Set<number>(),
    ]);
    const views: PostView[] = [];
    for (const post of visible) {
      const author = authors.get(post.account_id);
      const files = filesOf(media.get(post.id) ?? nothing);
      if (author) views.push(viewOf(post, { author, ...files, likedByMe: liked.has(post.id) }));
    }
    return views;
  }

  return { readRows, readViews };
}

/** While its author is active; the others have no card, and so no post. */
function isVisible(post: PostRow, viewer: Viewer | null, place: Place): boolean {
  return canSee(viewer, factsOf(post), activeAuthor(post.account_id), noRelation, place);
}

const nothing: PostView['media'] = [];

/** Nearly no post has a document; then nothing is copied. */
function filesOf(all: PostView['media']): Pick<PostView, 'media' | 'documents'> {
  if (!all.some((it) => it.isDocument)) return { media: all, documents: nothing };
  const isPicture = (it: (typeof all)[number]) => !it.isDocument;
  return { media: all.filter(isPicture), documents: all.filter((it) => it.isDocument) };
}

function viewOf(
  post: PostRow,
  rest: Pick<PostView, 'media' | 'documents' | 'likedByMe'> & { author: AccountCard },
): PostView {
  return {
    id: post.id,
    state: isDraft(post) ? 'draft' : 'published',
    text: post.text,
    likeCount: post.like_count,
    createdAt: post.created_at,
    updatedAt: post.updated_at,
    publishedAt: post.published_at,
    feedKey: post.feed_key,
    ...rest,
  };
}
