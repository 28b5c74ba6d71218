import type { Tx } from '../../db/database.ts';
import type { NotificationSettingsRow } from '../../db/schema.ts';
import { readUsernameIds } from '../accounts/account-name-store.ts';
import { mentionsIn } from '../mentions.ts';
import { findPost } from '../posts/post-store.ts';
import { activeAuthor, canSee, factsOf, noRelation } from '../visibility/visibility.ts';
import type { NotificationKeeping } from './keeping.ts';
import { findNotification, listMentions } from './notification-store.ts';

/** Tells people that a post calls them, and takes it back. */
export function mentionTelling({ beginFor, keep }: NotificationKeeping) {
  /** A post was published, or its text changed. */
  async function postChanged(tx: Tx, { postId }: { postId: number }): Promise<void> {
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

  return { postChanged };
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
