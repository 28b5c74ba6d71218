import type { Database } from '../../db/database.ts';
import type { NotificationRow } from '../../db/schema.ts';
import type { AccountCard } from '../accounts/account.ts';
import { readAccountCards } from '../accounts/account-card-store.ts';
import { readNewestLikers } from '../likes/like-store.ts';
import type { PostView } from '../posts/post.ts';
import type { PostReader } from '../posts/post-reader.ts';
import { readBlockedPairs } from '../visibility/relation-store.ts';
import { idsOf, type NotificationView, shownActors } from './notification.ts';

/** Where people and posts are read. */
export type Sources = { database: Database; postReader: PostReader };

/** What was loaded for some rows. */
export type HydratedNotifications = {
  /** People who may be seen, by their id. */
  cards: ReadonlyMap<number, AccountCard>;
  /** Whether a block stands between two accounts. */
  areApart: (accountId: number, otherId: number) => boolean;
  posts: ReadonlyMap<number, PostView>;
  /** For groups of which nobody kept may be seen: others who did the same. */
  others: ReadonlyMap<NotificationRow, readonly AccountCard[]>;
};

/** Loads people and posts: one query per table, whatever the number of rows and whosever they are. */
export async function hydrateNotifications(
  { database, postReader }: Sources,
  rows: readonly NotificationRow[],
): Promise<HydratedNotifications> {
  const postIds = rows.map((row) => row.post_id).filter((id) => id !== null);
  const actorIds = rows.flatMap((row) => idsOf(row.actor_ids));
  const ownerIds = rows.map((row) => row.account_id);
  const [cards, posts, areApart] = await Promise.all([
    readAccountCards(database, actorIds),
    postReader.readViews([...new Set(postIds)], null, 'list'),
    readBlockedPairs(database, ownerIds, actorIds),
  ]);
  const isSeen = (row: NotificationRow) =>
    idsOf(row.actor_ids).some((id) => cards.has(id) && !areApart(row.account_id, id));
  const others = await readOtherLikers(
    database,
    rows.filter((row) => !isSeen(row)),
  );
  return { cards, areApart, posts: new Map(posts.map((post) => [post.id, post])), others };
}

/** The rule of every list of notifications: somebody who did it may be seen, and so may the post. */
export function isShown(row: NotificationRow, state: HydratedNotifications): boolean {
  const isPostSeen = row.post_id === null || state.posts.has(row.post_id);
  return isPostSeen && actorsOf(row, state).actors.length > 0;
}

/** Views of rows that passed the rule. @param readKeys by account, up to where it has read */
export function presentNotifications(
  rows: readonly NotificationRow[],
  state: HydratedNotifications,
  readKeys: ReadonlyMap<number, number>,
): NotificationView[] {
  return rows.map((row) => {
    const { actors, outOfSight } = actorsOf(row, state);
    return {
      accountId: row.account_id,
      id: row.group_key,
      kind: row.kind,
      post: (row.post_id !== null && state.posts.get(row.post_id)) || null,
      actors: actors.slice(0, shownActors),
      actorCount: Math.max(row.actor_count - outOfSight, actors.length),
      createdAt: row.created_at,
      isRead: row.notification_key <= (readKeys.get(row.account_id) ?? 0),
      key: row.notification_key,
    };
  });
}

/** Who of those who did it may be seen, and how many of the kept ones may not. */
function actorsOf(
  row: NotificationRow,
  { cards, areApart, others }: HydratedNotifications,
): { actors: readonly AccountCard[]; outOfSight: number } {
  const ids = idsOf(row.actor_ids);
  const known = ids
    .filter((id) => !areApart(row.account_id, id))
    .map((id) => cards.get(id))
    .filter((card) => card !== undefined);
  const actors = known.length > 0 ? known : (others.get(row) ?? []);
  return { actors, outOfSight: ids.length - known.length };
}

/** Views of rows whose rule is checked here. @param readKeys by account, up to where it has read */
export async function readNotificationViews(
  sources: Sources,
  rows: readonly NotificationRow[],
  readKeys: ReadonlyMap<number, number>,
): Promise<NotificationView[]> {
  const state = await hydrateNotifications(sources, rows);
  const shown = rows.filter((row) => isShown(row, state));
  return presentNotifications(shown, state, readKeys);
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
  const likerIds = [...likers.values()].flat();
  const ownerIds = liked.map((row) => row.account_id);
  const [cards, areApart] = await Promise.all([
    readAccountCards(database, likerIds),
    readBlockedPairs(database, ownerIds, likerIds),
  ]);
  return new Map(
    liked.map((row) => {
      const ids = (likers.get(row.post_id ?? 0) ?? []).filter(
        (id) => id !== row.account_id && !areApart(row.account_id, id),
      );
      return [row, ids.map((id) => cards.get(id)).filter((card) => card !== undefined)];
    }),
  );
}
