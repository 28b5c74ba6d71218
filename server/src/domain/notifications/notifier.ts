import type { Database, Tx } from '../../db/database.ts';
import type { NotificationRow, NotificationSettingsRow, PostRow } from '../../db/schema.ts';
import { readUsernameIds } from '../accounts/account-name-store.ts';
import { findAccount } from '../accounts/account-store.ts';
import { dayMs, minuteMs } from '../durations.ts';
import { type Events, emit } from '../events.ts';
import { isFollowing } from '../follows/follow-store.ts';
import { languageOf } from '../language-code.ts';
import { listVisibleLikes, readLikedPosts } from '../likes/like-store.ts';
import type { Now } from '../ports.ts';
import { findPost } from '../posts/post-store.ts';
import { activeAuthor, canSee, factsOf, isActive, noRelation } from '../visibility/visibility.ts';
import { mentionsIn } from './mentions.ts';
import { idsOf, keptActors, kindsOf, type NotificationKind } from './notification.ts';
import {
  findNotification,
  insertNotification,
  listMentions,
  takeNotificationKey,
  updateNotification,
} from './notification-store.ts';
import { pushText } from './push-texts.ts';

export type Notifier = ReturnType<typeof notifier>;

type Needs = { database: Database; now: Now; newKey: () => number };

type WriteOnce = (work: (tx: Tx) => Promise<unknown>) => Promise<void>;

/** What is so now, of one group. */
type Present = {
  kind: NotificationKind;
  groupKey: string;
  postId: number | null;
  /** The latest first, up to `keptActors`. */
  actorIds: number[];
  actorCount: number;
  /** Who is to be told of, if they are there and were not told of before; null: nobody, when the group was told of. */
  newcomer: number | null;
};

/** For how long devices are left in peace after they were told of a group; a mention is told once. */
const pushPauseMs = { liked: 10 * minuteMs, followed: dayMs, mentioned: 0 };

/**
 * Keeps notifications true to what they tell of. An event only says where to look: what is there now is written, so that
 * events may come twice and in any order.
 */
export function notifier({ database, now, newKey }: Needs) {
  /** Somebody likes a post, or does no longer. */
  async function likesChanged(
    { postId, newcomer }: { postId: number; newcomer: number | null },
    write: WriteOnce,
  ): Promise<void> {
    const post = await findPost(database, postId);
    if (!post || post.account_id === newcomer) return;
    await write(async (tx) => {
      const settings = await beginFor(tx, post.account_id);
      if (!settings) return;
      const groupKey = `liked:${postId}`;
      const present = { kind: 'liked', groupKey, postId, newcomer } as const;
      await keep(tx, settings, { ...present, ...(await likersOf(tx, post)) });
    });
  }

  /** Somebody follows an account, or does no longer. */
  async function followChanged(
    { followerId, followeeId }: Events['account.followed'],
    write: WriteOnce,
  ): Promise<void> {
    await write(async (tx) => {
      const settings = await beginFor(tx, followeeId);
      if (!settings) return;
      const isThere = await isFollowing(tx, followerId, followeeId);
      await keep(tx, settings, {
        kind: 'followed',
        groupKey: `followed:${followerId}`,
        postId: null,
        actorIds: isThere ? [followerId] : [],
        actorCount: isThere ? 1 : 0,
        newcomer: followerId,
      });
    });
  }

  /** A post was published, or its text changed. */
  async function postChanged({ postId }: { postId: number }, write: WriteOnce): Promise<void> {
    await write(async (tx) => {
      const told = await listMentions(tx, postId);
      const mentioned = await mentionedIn(tx, postId);
      const shown = told.filter((row) => row.actor_count > 0).map((row) => row.account_id);
      const differing = [
        ...mentioned.filter((id) => !shown.includes(id)),
        ...shown.filter((id) => !mentioned.includes(id)),
      ];
      // Always in the order of ids, so that two posts that call the same people cannot wait for one another.
      for (const accountId of differing.toSorted((a, b) => a - b)) {
        const settings = await beginFor(tx, accountId);
        if (settings) await keepMention(tx, settings, postId);
      }
    });
  }

  async function keepMention(
    tx: Tx,
    settings: NotificationSettingsRow,
    postId: number,
  ): Promise<void> {
    // Read again: another edit may have been waited for.
    const post = await findPost(tx, postId);
    const isThere = (await mentionedIn(tx, postId)).includes(settings.account_id);
    const groupKey = `mentioned:${postId}`;
    const before = await findNotification(tx, { ...settings, group_key: groupKey });
    await keep(tx, settings, {
      kind: 'mentioned',
      groupKey,
      postId,
      actorIds: post && isThere ? [post.account_id] : [],
      actorCount: isThere ? 1 : 0,
      // A mention that is taken back and made again is told of once.
      newcomer: before || !post ? null : post.account_id,
    });
  }

  /** Locks an account's notifications until the transaction ends, and returns the next key; null when the account is gone. */
  async function beginFor(tx: Tx, accountId: number): Promise<NotificationSettingsRow | null> {
    if (!(await findAccount(tx, accountId))) return null;
    return takeNotificationKey(tx, accountId, newKey());
  }

  async function keep(
    tx: Tx,
    settings: NotificationSettingsRow,
    { kind, groupKey, postId, actorIds, actorCount, newcomer }: Present,
  ): Promise<void> {
    const group = { account_id: settings.account_id, group_key: groupKey };
    const before = await findNotification(tx, group);
    if (!before && actorCount === 0) return;
    const known = before ? idsOf(before.actor_ids) : [];
    const isNew = newcomer !== null && actorIds.includes(newcomer) && !known.includes(newcomer);
    const values = {
      actor_id: actorCount === 1 ? (actorIds[0] ?? null) : null,
      actor_ids: JSON.stringify(actorIds),
      actor_count: actorCount,
      ...(isNew || !before ? { notification_key: settings.last_key, created_at: at() } : {}),
    };
    const row = { ...group, kind, post_id: postId, pushed_at: null, ...before, ...values };
    const isPushed = isNew && (await push(tx, settings, row as NotificationRow));
    const pushed = isPushed ? { pushed_at: at() } : {};
    if (before) await updateNotification(tx, group, { ...values, ...pushed });
    else await insertNotification(tx, { ...(row as NotificationRow), ...pushed });
  }

  /** Asks for a push, unless the owner does not want it or was told a moment ago. */
  async function push(
    tx: Tx,
    settings: NotificationSettingsRow,
    row: NotificationRow,
  ): Promise<boolean> {
    const { kind } = row;
    if (kindsOf(settings.muted_pushes).includes(kind)) return false;
    const since = new Date(now().getTime() - pushPauseMs[kind]).toISOString();
    if (row.pushed_at !== null && row.pushed_at > since) return false;
    const owner = await findAccount(tx, row.account_id);
    const actor = await findAccount(tx, idsOf(row.actor_ids)[0] ?? 0);
    if (!owner || !isActive(owner) || !actor || !isActive(actor)) return false;
    const said = { who: actor.display_name, others: row.actor_count - 1 };
    await emit(tx, now(), 'push.wanted', {
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

  function at(): string {
    return now().toISOString();
  }

  return { likesChanged, followChanged, postChanged };
}

/** Who likes a post, but for its author. */
async function likersOf(
  tx: Tx,
  { id, account_id: authorId }: PostRow,
): Promise<{ actorIds: number[]; actorCount: number }> {
  const likes = await listVisibleLikes(tx, id, { limit: keptActors, before: null });
  const others = likes.map((like) => like.account_id).filter((it) => it !== authorId);
  const actorIds = others.slice(0, keptActors);
  if (likes.length <= keptActors) return { actorIds, actorCount: others.length };
  const post = await findPost(tx, id);
  const isOwnToo = (await readLikedPosts(tx, authorId, [id])).has(id);
  const count = (post?.like_count ?? 0) - (isOwnToo ? 1 : 0);
  return { actorIds, actorCount: Math.max(count, actorIds.length) };
}

/**
 * Ids of those whom a post calls and who may see it, but for its author. While the author is disabled, what is written is in no
 * list; afterwards it is.
 */
async function mentionedIn(tx: Tx, postId: number): Promise<number[]> {
  const post = await findPost(tx, postId);
  if (!post) return [];
  const mentions = mentionsIn(post.text);
  const ids = await readUsernameIds(tx, mentions.flat());
  const found = mentions.map((names) => names.map((name) => ids.get(name)).find((id) => id));
  const author = activeAuthor(post.account_id);
  const relation = { ...noRelation, mentioned: true };
  return [...new Set(found)]
    .filter((id) => id !== undefined)
    .filter(
      (id) =>
        id !== author.id && canSee({ accountId: id }, factsOf(post), author, relation, 'list'),
    );
}
