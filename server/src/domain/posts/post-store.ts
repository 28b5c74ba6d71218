import { sql } from 'kysely';
import { changedOne } from '../../db/changed-one.ts';
import type { Db, Tx } from '../../db/database.ts';
import { isAfterPlace } from '../../db/place.ts';
import { isAmong, prepared, preparedWrite } from '../../db/prepared.ts';
import type { PostRow } from '../../db/schema.ts';
import { type DatedPageRequest, type Place, placeOfRow } from '../paging.ts';
import { notBlocked, postIsPublished } from '../visibility/visibility-store.ts';

export async function insertPost(tx: Tx, row: PostRow): Promise<void> {
  await insertRow(tx, row);
}

const insertRow = preparedWrite((tx, row: PostRow) => tx.insertInto('posts').values(row));

/** A post that is not deleted. */
export async function findPost(db: Db, id: number): Promise<PostRow | null> {
  const rows = await readPosts(db, [id]);
  return rows.get(id) ?? null;
}

/** Posts by id; deleted ones are left out. */
export async function readPosts(db: Db, ids: readonly number[]): Promise<Map<number, PostRow>> {
  if (ids.length === 0) return new Map();
  const rows = await postsById(db, { ids: [...ids] });
  return new Map(rows.map((row) => [row.id, row]));
}

const postsById = prepared((db, args: { ids: number[] }) =>
  db
    .selectFrom('posts')
    .selectAll()
    .where(isAmong(db, 'id', args.ids))
    .where('state', '<>', 'deleted'),
);

/** Ids of posts by their status keys; drafts and posts that are gone have none. */
export async function readPostIds(
  db: Db,
  statusKeys: readonly number[],
): Promise<Map<number, number>> {
  if (statusKeys.length === 0) return new Map();
  const rows = await idsByStatusKey(db, { statusKeys: [...statusKeys] });
  return new Map(rows.map((row) => [row.status_key ?? 0, row.id]));
}

const idsByStatusKey = prepared((db, args: { statusKeys: number[] }) =>
  db
    .selectFrom('posts')
    .select(['status_key', 'id'])
    .where(isAmong(db, 'status_key', args.statusKeys))
    .where('state', '<>', 'deleted'),
);

/**
 * Locks a post's row until the transaction ends: what is read of it afterwards is current, and other writers wait. False
 * when it is deleted.
 */
export async function lockPost(tx: Tx, id: number): Promise<boolean> {
  return changedOne(
    tx
      .updateTable('posts')
      .set((eb) => ({ like_count: eb.ref('like_count') }))
      .where('id', '=', id)
      .where('state', '<>', 'deleted'),
  );
}

/** Changes a post that is still in one of these states. False when it is not. */
export async function updatePost(
  tx: Tx,
  id: number,
  states: readonly PostRow['state'][],
  values: Partial<PostRow>,
): Promise<boolean> {
  return changedOne(
    tx.updateTable('posts').set(values).where('id', '=', id).where('state', 'in', states),
  );
}

export async function addToLikeCount(tx: Tx, id: number, amount: number): Promise<boolean> {
  return (await addLikes(tx, { id, amount })) === 1;
}

const addLikes = preparedWrite((tx, args: { id: number; amount: number }) =>
  tx
    .updateTable('posts')
    .set((eb) => ({ like_count: eb('like_count', '+', args.amount) }))
    .where('id', '=', args.id)
    .where('state', '=', 'published'),
);

/**
 * Counts a like that the transaction has written. False when the post is not published any more, or a block between its author
 * and the liker was committed meanwhile.
 */
export async function countLike(tx: Tx, id: number, likerId: number): Promise<boolean> {
  return (await addOneLike(tx, { id, likerId })) === 1;
}

const addOneLike = preparedWrite((tx, args: { id: number; likerId: number }) =>
  tx
    .updateTable('posts')
    .set((eb) => ({ like_count: eb('like_count', '+', 1) }))
    .where('id', '=', args.id)
    .where(postIsPublished())
    .where(notBlocked(sql.ref('posts.account_id'), args.likerId)),
);

/** False when the post is not published. */
export async function addToReplyCount(tx: Tx, id: number, amount: number): Promise<boolean> {
  return (await addReplies(tx, { id, amount })) === 1;
}

const addReplies = preparedWrite((tx, args: { id: number; amount: number }) =>
  tx
    .updateTable('posts')
    .set((eb) => ({ reply_count: eb('reply_count', '+', args.amount) }))
    .where('id', '=', args.id)
    .where('state', '=', 'published'),
);

/** The places of an account's drafts in their list, newest first; one more than asked for. */
export async function listDrafts(
  db: Db,
  accountId: number,
  { before, limit }: DatedPageRequest,
): Promise<Place[]> {
  const query = db
    .selectFrom('posts')
    .select(['created_at', 'id'])
    .where('account_id', '=', accountId)
    .where('state', '=', 'draft')
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1);
  const after = before ? query.where(isAfterPlace(['created_at', 'id'], before)) : query;
  return (await after.execute()).map(placeOfRow);
}

/**
 * Takes published posts of an account out of every feed, or puts them back in their places: up to `limit` of them. True when
 * none is left.
 */
export async function moveFeedKeys(
  tx: Tx,
  accountId: number,
  { hidden, limit }: { hidden: boolean; limit: number },
): Promise<boolean> {
  const [from, to] = hidden
    ? (['feed_key', 'hidden_key'] as const)
    : (['hidden_key', 'feed_key'] as const);
  const rows = await tx
    .selectFrom('posts')
    .select(['id', 'feed_key', 'hidden_key'])
    .where('account_id', '=', accountId)
    .where('state', '=', 'published')
    // Replies are in no feed: see `hideReplies`.
    .where('reply_to_id', 'is', null)
    .where(from, 'is not', null)
    .limit(limit)
    .execute();
  for (const { id, feed_key, hidden_key } of rows) {
    await tx
      .updateTable('posts')
      .set({ [from]: null, [to]: feed_key ?? hidden_key })
      .where('id', '=', id)
      .where('state', '=', 'published')
      .execute();
  }
  return rows.length === 0;
}

/**
 * Marks published replies of an account as hidden, or as shown again: up to `limit` of them.
 * @returns the posts that they answer, once for each reply whose mark was changed; null when none is left
 */
export async function markReplies(
  tx: Tx,
  accountId: number,
  { hidden, limit }: { hidden: boolean; limit: number },
): Promise<number[] | null> {
  const differing = hidden ? 'is' : 'is not';
  const rows = await tx
    .selectFrom('posts')
    .select(['id', 'reply_to_id', 'status_key'])
    .where('account_id', '=', accountId)
    .where('state', '=', 'published')
    .where('reply_to_id', 'is not', null)
    .where('hidden_key', differing, null)
    .orderBy('reply_to_id')
    .limit(limit)
    .execute();
  const answered: number[] = [];
  for (const { id, reply_to_id, status_key } of rows) {
    const change = tx
      .updateTable('posts')
      .set({ hidden_key: hidden ? status_key : null })
      .where('id', '=', id)
      .where('state', '=', 'published')
      .where('hidden_key', differing, null);
    if ((await changedOne(change)) && reply_to_id !== null) answered.push(reply_to_id);
  }
  return rows.length === 0 ? null : answered;
}

/** Up to `limit` posts of an account in any state. */
export function listPostsOf(db: Db, accountId: number, limit: number): Promise<PostRow[]> {
  return db
    .selectFrom('posts')
    .selectAll()
    .where('account_id', '=', accountId)
    .limit(limit)
    .execute();
}

export async function deletePost(tx: Tx, id: number): Promise<void> {
  await tx.deleteFrom('posts').where('id', '=', id).execute();
}
