import type { Tx } from '../../db/database.ts';
import type { NotificationRow, NotificationSettingsRow } from '../../db/schema.ts';
import { findAccount } from '../accounts/account-store.ts';
import { readReachableAccounts } from '../devices/device-store.ts';
import { dayMs, minuteMs } from '../durations.ts';
import { emit } from '../events.ts';
import { languageOf } from '../language-code.ts';
import { isActive } from '../visibility/visibility.ts';
import { idsOf, kindsOf } from './notification.ts';
import { pushText } from './push-texts.ts';

/** How long to wait before another push about the same group. A mention or a reply is pushed once. */
const pushPauseMs = { liked: 10 * minuteMs, followed: dayMs, mentioned: 0, replied: 0 };

/** Asks for a push, unless the owner does not want it, was told a moment ago, or has no device that could show it. */
export async function wantPush(
  tx: Tx,
  at: Date,
  settings: NotificationSettingsRow,
  row: NotificationRow,
): Promise<boolean> {
  const { kind } = row;
  if (kindsOf(settings.muted_pushes).includes(kind)) return false;
  const since = new Date(at.getTime() - pushPauseMs[kind]).toISOString();
  if (row.pushed_at !== null && row.pushed_at > since) return false;
  if (!(await readReachableAccounts(tx, [row.account_id])).has(row.account_id)) return false;
  const owner = await findAccount(tx, row.account_id);
  const actor = await findAccount(tx, idsOf(row.actor_ids)[0] ?? 0);
  if (!owner || !actor || !isActive(actor)) return false;
  const said = { who: actor.display_name, others: row.actor_count - 1 };
  await emit(tx, at, 'push.wanted', {
    accountId: owner.id,
    kind,
    ...pushText(languageOf(owner.language), kind, said),
    data: {
      notificationId: row.group_key,
      username: actor.username,
      ...(row.post_id === null ? {} : { postId: String(row.post_id) }),
    },
  });
  return true;
}
