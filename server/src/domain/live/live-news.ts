import type { Db } from '../../db/database.ts';
import type { NotificationRow } from '../../db/schema.ts';
import type { NotificationView } from '../notifications/notification.ts';
import { readNotificationMarks } from '../notifications/notification-settings-store.ts';
import { listNotificationsSince, readUnreadCounts } from '../notifications/notification-store.ts';
import { readNotificationViews, type Sources } from '../notifications/notification-views.ts';

/** What a listener knows. */
export type Told = {
  accountId: number;
  /** Everything up to this key. */
  key: number;
  /** Up to where its account had read. */
  readKey: number;
  unread: number;
};

/** What a listener is told at once. */
export type LiveNews = {
  /** The earliest first. */
  notifications: NotificationView[];
  /** More was missed than is told here; the list has it. */
  hasGap: boolean;
  isUnreadNew: boolean;
  told: Told;
};

/** How much somebody who comes back is told; who missed more reads the list. */
const maxMissed = 100;
/** Accounts per query, and rows; what does not fit comes at the next tick. */
const accountsAtOnce = 100;
const rowsAtOnce = 500;

/** What a listener is told first: what happened since a key, and how much is unread. */
export async function readFirstNews(
  sources: Sources,
  accountId: number,
  since: number | null,
): Promise<LiveNews> {
  const marks = (await readNotificationMarks(sources.database, [accountId])).get(accountId);
  const { last_key: lastKey = 0, read_key: readKey = 0 } = marks ?? {};
  const from = Math.min(since ?? lastKey, lastKey);
  const missed = from < lastKey ? [{ accountId, key: from }] : [];
  const rows = await listNotificationsSince(sources.database, missed, maxMissed + 1);
  const hasGap = rows.length > maxMissed;
  const [notifications, unread] = await Promise.all([
    hasGap ? [] : readNotificationViews(sources, rows, new Map([[accountId, readKey]])),
    readUnreadCounts(sources.database, [accountId]),
  ]);
  const key = Math.max(lastKey, hasGap ? 0 : lastKeyOf(rows));
  const told = { accountId, key, readKey, unread: unread.get(accountId) ?? 0 };
  return { notifications, hasGap, isUnreadNew: true, told };
}

/** What has happened since, for those listeners for whom anything has, by their place in the list. */
export async function readNews(
  sources: Sources,
  listeners: readonly Told[],
): Promise<Array<[index: number, news: LiveNews]>> {
  const marks = await readNotificationMarks(sources.database, idsOf(listeners));
  const stirred = [...listeners.entries()].filter(([, { accountId, key, readKey }]) => {
    const now = marks.get(accountId);
    return now && (now.last_key > key || now.read_key !== readKey);
  });
  if (stirred.length === 0) return [];
  const { rows, seenUpTo } = await readSince(
    sources.database,
    stirred.map(([, it]) => it),
  );
  const readKeys = new Map([...marks].map(([id, { read_key }]) => [id, read_key]));
  const [views, unreadOf] = await Promise.all([
    readNotificationViews(sources, rows, readKeys),
    readUnreadCounts(sources.database, idsOf(stirred.map(([, it]) => it))),
  ]);
  return stirred.map(([index, before]) => {
    const { accountId } = before;
    const notifications = views.filter((it) => it.accountId === accountId && it.key > before.key);
    const reached = Math.max(
      marks.get(accountId)?.last_key ?? 0,
      lastKeyOf(rows.filter((row) => row.account_id === accountId)),
    );
    const key = Math.max(before.key, Math.min(reached, seenUpTo.get(accountId) ?? reached));
    const unread = unreadOf.get(accountId) ?? 0;
    const told = { accountId, key, readKey: readKeys.get(accountId) ?? 0, unread };
    return [index, { notifications, hasGap: false, isUnreadNew: unread !== before.unread, told }];
  });
}

/** Rows of all these accounts, each since the least that one of its listeners knows. */
async function readSince(
  db: Db,
  listeners: readonly Told[],
): Promise<{ rows: NotificationRow[]; seenUpTo: Map<number, number> }> {
  const least = new Map<number, number>();
  for (const { accountId, key } of listeners) {
    least.set(accountId, Math.min(key, least.get(accountId) ?? key));
  }
  const since = [...least].map(([accountId, key]) => ({ accountId, key }));
  const rows: NotificationRow[] = [];
  const seenUpTo = new Map<number, number>();
  for (let at = 0; at < since.length; at += accountsAtOnce) {
    const some = since.slice(at, at + accountsAtOnce);
    const found = await listNotificationsSince(db, some, rowsAtOnce);
    const edge = found.length < rowsAtOnce ? Infinity : lastKeyOf(found) - 1;
    for (const { accountId } of some) seenUpTo.set(accountId, edge);
    rows.push(...found.filter((row) => row.notification_key <= edge));
  }
  return { rows, seenUpTo };
}

function idsOf(listeners: readonly Told[]): number[] {
  return [...new Set(listeners.map(({ accountId }) => accountId))];
}

function lastKeyOf(rows: readonly NotificationRow[]): number {
  return rows.at(-1)?.notification_key ?? 0;
}
