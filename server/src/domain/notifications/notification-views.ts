import type { Database } from '../../db/database.ts';
import type { NotificationRow } from '../../db/schema.ts';
import type { AccountCard } from '../accounts/account.ts';
import { readAccountCards } from '../accounts/account-store.ts';
import { readNewestLikers } from '../likes/like-store.ts';
import type { PostReader } from '../posts/post-reader.ts';
import { idsOf, type NotificationView, shownActors } from './notification.ts';

/** Where people and posts are read. */
export type Sources = { database: Database; postReader: PostReader };

/**
 * Fills rows with people and posts: one query per table, whatever their number and whosever they are. Leaves out what
 * nobody who is still there did.
 * @param readKeys by account, up to where it has read
 */
export async function readNotificationViews(
  { database, postReader }: Sources,
  rows: readonly NotificationRow[],
  readKeys: ReadonlyMap<number, number>,
): Promise<NotificationView[]> {
  const postIds = rows.map((row) => row.post_id).filter((id) => id !== null);
  const [cards, posts] = await Promise.all([
    readAccountCards(
      database,
      rows.flatMap((row) => idsOf(row.actor_ids)),
    ),
    postReader.readViews([...new Set(postIds)], null, 'list'),
  ]);
  const postOf = new Map(posts.map((post) => [post.id, post]));
  const others = await readOtherLikers(
    database,
    rows.filter((row) => !idsOf(row.actor_ids).some((id) => cards.has(id))),
  );
  return rows.flatMap((row) => {
    const ids = idsOf(row.actor_ids);
    const known = ids.map((id) => cards.get(id)).filter((card) => card !== undefined);
    const actors = known.length > 0 ? known : (others.get(row) ?? []);
    const post = row.post_id === null ? null : postOf.get(row.post_id);
    if (actors.length === 0 || post === undefined) return [];
    return [
      {
        accountId: row.account_id,
        id: row.group_key,
        kind: row.kind,
        post,
        actors: actors.slice(0, shownActors),
        actorCount: Math.max(row.actor_count - (ids.length - known.length), actors.length),
        createdAt: row.created_at,
        isRead: row.notification_key <= (readKeys.get(row.account_id) ?? 0),
        key: row.notification_key,
      },
    ];
  });
}

/**
 * For groups of likes whose kept actors are all out of sight, until the job has written others: those who like the post and may
 * be seen.
 */
async function readOtherLikers(
  database: Database,
  rows: readonly NotificationRow[],
): Promise<Map<NotificationRow, AccountCard[]>> {
  const liked = rows.filter((row) => row.kind === 'liked' && row.post_id !== null);
  const postIds = liked.map((row) => row.post_id ?? 0);
  const likers = await readNewestLikers(database, postIds, shownActors + 1);
  const cards = await readAccountCards(database, [...likers.values()].flat());
  return new Map(
    liked.map((row) => {
      const ids = (likers.get(row.post_id ?? 0) ?? []).filter((id) => id !== row.account_id);
      return [row, ids.map((id) => cards.get(id)).filter((card) => card !== undefined)];
    }),
  );
}
