import type { Tx } from '../../db/database.ts';
import type { NotificationRow, NotificationSettingsRow } from '../../db/schema.ts';
import type { Now } from '../ports.ts';
import { idsOf, type NotificationKind } from './notification.ts';
import { takeNotificationKey } from './notification-settings-store.ts';
import { findNotification, insertNotification, updateNotification } from './notification-store.ts';
import { wantPush } from './pushing.ts';

type Needs = { now: Now; newKey: () => number };

/** What is so now, of one group. */
export type Present = {
  kind: NotificationKind;
  groupKey: string;
  postId: number | null;
  /** The latest first, up to `keptActors`. */
  actorIds: number[];
  actorCount: number;
  /** Who is to be told of, if they are there and were not told of before; null: nobody, when the group was told of. */
  newcomer: number | null;
};

export type NotificationKeeping = ReturnType<typeof notificationKeeping>;

/** Writes what is so now, of one group of notifications. */
export function notificationKeeping({ now, newKey }: Needs) {
  /** Locks an account's notifications until the transaction ends, and returns the next key; null when the account is gone. */
  async function beginFor(tx: Tx, accountId: number): Promise<NotificationSettingsRow | null> {
    return takeNotificationKey(tx, accountId, newKey());
  }

  /** Writes a group, and asks for a push when somebody in it is new. */
  async function keep(
    tx: Tx,
    settings: NotificationSettingsRow,
    { kind, groupKey, postId, actorIds, actorCount, newcomer }: Present,
  ): Promise<void> {
    const at = now();
    const group = { account_id: settings.account_id, group_key: groupKey };
    const before = await findNotification(tx, group);
    if (!before && actorCount === 0) return;
    const known = before ? idsOf(before.actor_ids) : [];
    const isNew = newcomer !== null && actorIds.includes(newcomer) && !known.includes(newcomer);
    const values = {
      actor_id: actorCount === 1 ? (actorIds[0] ?? null) : null,
      actor_ids: JSON.stringify(actorIds),
      actor_count: actorCount,
      ...(isNew || !before
        ? { notification_key: settings.last_key, created_at: at.toISOString() }
        : {}),
    };
    const unpushed = { ...group, kind, post_id: postId, pushed_at: null, ...before, ...values };
    const row = unpushed as NotificationRow;
    if (isNew && (await wantPush(tx, at, settings, row))) row.pushed_at = at.toISOString();
    if (before) await updateNotification(tx, row);
    else await insertNotification(tx, row);
  }

  return { beginFor, keep };
}
