import type { Database, Tx } from '../../db/database.ts';
import { StaleRead } from '../../db/errors.ts';
import type { LikeRow, PostRow } from '../../db/schema.ts';
import type { AccountCard } from '../accounts/account.ts';
import { cardSteps } from '../accounts/card-steps.ts';
import { DomainError } from '../errors.ts';
import { countEvent, emit } from '../events.ts';
import type { Page, PageRequest } from '../paging.ts';
import { readPage } from '../pipeline.ts';
import type { Now } from '../ports.ts';
import { isDraft, noSuchPost, type PostView } from '../posts/post.ts';
import type { PostService } from '../posts/post-service.ts';
import { addToLikeCount, countLike, findPost } from '../posts/post-store.ts';
import { findVisiblePost } from '../posts/visible-post.ts';
import type { Viewer } from '../viewer.ts';
import { checkNotBlocking } from '../visibility/blocking.ts';
import type { ReadRelations } from '../visibility/relations.ts';
import { deleteLike, hasLike, insertLike, listVisibleLikes } from './like-store.ts';

export type LikeService = ReturnType<typeof likeService>;

type Needs = {
  database: Database;
  newKey: () => number;
  now: Now;
  posts: Pick<PostService, 'read' | 'view'>;
  relations: ReadRelations;
};

/** Lets people like posts, and shows who did. */
export function likeService({ database, newKey, now, posts, relations }: Needs) {
  /** Likes a post; doing it twice changes nothing. @throws DomainError `not_found` · `conflict` (a draft, a blocked author) */
  async function like(viewer: Viewer, id: number): Promise<PostView> {
    const { accountId } = viewer;
    const post = await database.transaction(async (tx) => {
      const row = { post_id: id, account_id: accountId, like_key: newKey() };
      if (await insertLike(tx, row)) {
        if (!(await countLike(tx, id, accountId))) throw new StaleRead();
        return tellOfLike(tx, viewer, await currentPost(tx, id));
      }
      // It is liked already, or cannot be liked.
      await checkLikable(tx, viewer, id);
      if (!(await hasLike(tx, accountId, id))) throw new StaleRead();
      return currentPost(tx, id);
    });
    return posts.view(post, { likedByMe: true });
  }

  async function tellOfLike(tx: Tx, { accountId }: Viewer, post: PostRow): Promise<PostRow> {
    const authorId = post.account_id;
    // A like of one's own post makes no notification.
    if (authorId === accountId) countEvent(tx, 'post.liked');
    else await emit(tx, now(), 'post.liked', { postId: post.id, accountId, authorId });
    return post;
  }

  /** Takes a like back; doing it twice changes nothing. @throws DomainError `not_found` */
  async function unlike(viewer: Viewer, id: number): Promise<PostView> {
    const { accountId } = viewer;
    const post = await database.transaction(async (tx) => {
      const authorId = await checkLikable(tx, viewer, id);
      const was = await deleteLike(tx, id, accountId);
      if (was) {
        if (was === 'counted') await addToLikeCount(tx, id, -1);
        await emit(tx, now(), 'post.unliked', { postId: id, accountId, authorId });
      }
      return currentPost(tx, id);
    });
    return posts.view(post, { likedByMe: false });
  }

  /** Who likes a post, the latest first. @throws DomainError `not_found` */
  async function listLikers(
    viewer: Viewer | null,
    id: number,
    page: PageRequest,
  ): Promise<Page<AccountCard>> {
    await posts.read(viewer, id);
    return readPage('likes', page, {
      skeleton: (part) => listVisibleLikes(database, id, part),
      keyOf: (row) => row.like_key,
      ...cardSteps({ database, relations, viewer }, (row: LikeRow) => row.account_id),
    });
  }

  return { like, unlike, listLikers };
}

/**
 * In the transaction of the like, so that one of a post that is being deleted is decided by what is left of it.
 * @returns the author
 */
async function checkLikable(tx: Tx, viewer: Viewer, id: number): Promise<number> {
  const found = await findVisiblePost(tx, viewer, id);
  if (!found) throw noSuchPost();
  const { post, relation } = found;
  if (isDraft(post)) throw mustBePublished();
  checkNotBlocking(relation);
  return post.account_id;
}

/** The post as the transaction leaves it. */
async function currentPost(tx: Tx, id: number): Promise<PostRow> {
  const post = await findPost(tx, id);
  if (!post) throw new StaleRead();
  return post;
}

function mustBePublished(): DomainError {
  return new DomainError('conflict', 'A draft cannot be liked; publish it first.');
}
