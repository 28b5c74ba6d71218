import type { Tx } from '../../db/database.ts';
import type { NotificationRow, NotificationSettingsRow, PostRow } from '../../db/schema.ts';
import { readUsernameIds } from '../accounts/account-name-store.ts';
import { mentionsIn } from '../mentions.ts';
import { findPost, readPosts } from '../posts/post-store.ts';
import { readRelations } from '../visibility/relation-store.ts';
import { activeAuthor, canMeet, canSee, factsOf, noRelation } from '../visibility/visibility.ts';
import type { NotificationKeeping } from './keeping.ts';
import { findNotification, listCalls } from './notification-store.ts';

/** Why a post notifies an account. A reply that also mentions it makes one notification, of the reply. */
type Call = Extract<NotificationRow['kind'], 'mentioned' | 'replied'>;

/** Tells people that a post mentions them or replies to them, and takes it back. */
export function postTelling({ beginFor, keep }: NotificationKeeping) {
  /** A post was published, or its text changed. */
  async function postChanged(tx: Tx, { postId }: { postId: number }): Promise<void> {
    const told = (await listCalls(tx, postId)).filter((row) => row.actor_count > 0);
    const called = await calledBy(tx, postId);
    const shown = new Map(told.map((row) => [row.account_id, row.kind as Call]));
    const differing = [...new Set([...called.keys(), ...shown.keys()])].filter(
      (id) => called.get(id) !== shown.get(id),
    );
    // Always in the order of ids, so that two posts that call the same people cannot wait for one another.
    for (const accountId of differing.toSorted((a, b) => a - b)) {
      const settings = await beginFor(tx, accountId);
      if (settings) await keepCalls(tx, settings, postId);
    }
  }

  async function keepCalls(tx: Tx, settings: NotificationSettingsRow, postId: number) {
    // Read again: another edit may have been waited for.
    const post = await findPost(tx, postId);
    const call = (await calledBy(tx, postId)).get(settings.account_id);
    for (const kind of ['mentioned', 'replied'] as const) {
      const isThere = kind === call;
      const groupKey = `${kind}:${postId}`;
      const before = await findNotification(tx, { ...settings, group_key: groupKey });
      if (!before && !isThere) continue;
      await keep(tx, settings, {
        kind,
        groupKey,
        postId,
        actorIds: post && isThere ? [post.account_id] : [],
        actorCount: isThere ? 1 : 0,
        // A mention that is taken back and made again notifies once.
        newcomer: before || !post ? null : post.account_id,
      });
    }
  }

  return { postChanged };
}

/**
 * The accounts that a post notifies, by id: they may see it, and its author is not among them. Notifications that are written while
 * the author is disabled appear in lists once the author is enabled.
 */
async function calledBy(tx: Tx, postId: number): Promise<Map<number, Call>> {
  const post = await findPost(tx, postId);
  if (!post) return new Map();
  const calls = new Map<number, Call>();
  for (const id of await mentionedIn(tx, post)) calls.set(id, 'mentioned');
  for (const id of await answeredBy(tx, post)) calls.set(id, 'replied');
  calls.delete(post.account_id);
  const to = await readRelations(tx, post.account_id, [...calls.keys()]);
  return new Map([...calls].filter(([id]) => canMeet(to(id))));
}

async function mentionedIn(tx: Tx, post: PostRow): Promise<number[]> {
  const mentions = mentionsIn(post.text);
  const ids = await readUsernameIds(tx, mentions.flat());
  const found = mentions.map((names) => names.map((name) => ids.get(name)).find((id) => id));
  return found.filter((id) => id !== undefined).filter((id) => isShownTo(post, id, true));
}

/** The authors of the post that a reply answers, and of the one that began the thread. */
async function answeredBy(tx: Tx, post: PostRow): Promise<number[]> {
  const { reply_to_id, root_id } = post;
  const ids = [reply_to_id, root_id].filter((id) => id !== null);
  const answered = [...(await readPosts(tx, [...new Set(ids)])).values()];
  return answered.map((it) => it.account_id).filter((id) => isShownTo(post, id, false));
}

function isShownTo(post: PostRow, accountId: number, mentioned: boolean): boolean {
  const author = activeAuthor(post.account_id);
  return canSee({ accountId }, factsOf(post), author, { ...noRelation, mentioned }, 'list');
}
