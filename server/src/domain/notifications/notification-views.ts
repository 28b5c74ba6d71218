import type { Database } from '../../db/database.ts';
import type { NotificationRow } from '../../db/schema.ts';
import { readAccountCards } from '../accounts/account-store.ts';
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
    postReader.readViews([...new Set(postIds)], null),
  ]);
  const postOf = new Map(posts.map((post) => [post.id, post]));
  return rows.flatMap((row) => {
    const ids = idsOf(row.actor_ids);
    const actors = ids.map((id) => cards.get(id)).filter((card) => card !== undefined);
    const post = row.post_id === null ? null : postOf.get(row.post_id);
    if (actors.length === 0 || post === undefined) return [];
    return [
      {
        accountId: row.account_id,
        id: row.group_key,
        kind: row.kind,
        post,
        actors: actors.slice(0, shownActors),
        actorCount: row.actor_count - (ids.length - actors.length),
        createdAt: row.created_at,
        isRead: row.notification_key <= (readKeys.get(row.account_id) ?? 0),
        key: row.notification_key,
      },
    ];
  });
}
