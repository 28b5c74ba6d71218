import type { Tx } from '../../db/database.ts';
import { StaleRead } from '../../db/errors.ts';
import type { AccountRow, MediaRow } from '../../db/schema.ts';
import { exchangeAvatars, findAccount } from '../accounts/account-store.ts';
import type { Now } from '../ports.ts';
import { findMedia } from './media-store.ts';

type Needs = { now: Now; discard: (tx: Tx, rows: readonly MediaRow[]) => Promise<unknown> };

export type AvatarTurns = ReturnType<typeof avatarTurns>;

/**
 * Which picture is the profile picture. A new one waits until it is ready; the old one shows until then, and stays if the
 * new one fails. Code that takes a picture from an account deletes its row in the same transaction.
 */
export function avatarTurns({ now, discard }: Needs) {
  /** Lets an upload be the next profile picture; one that is ready shows at once. */
  async function line(tx: Tx, row: MediaRow): Promise<void> {
    const account = await findAccount(tx, row.account_id);
    if (!account) return;
    const { avatar_media_id: shown, next_avatar_media_id: next } = account;
    if (row.state === 'ready') {
      await exchange(tx, account, { shown: row.id, next: null });
      await discardAll(tx, [shown, next]);
    } else {
      await exchange(tx, account, { shown, next: row.id });
      await discardAll(tx, [next]);
    }
  }

  /** Shows a picture that the worker has made in place of the old, or drops one that has failed. */
  async function settle(tx: Tx, row: MediaRow, isReady: boolean): Promise<void> {
    const account = await findAccount(tx, row.account_id);
    // Set at once by an earlier version.
    if (!account || account.avatar_media_id === row.id) return;
    if (account.next_avatar_media_id !== row.id) {
      await discard(tx, [row]);
      return;
    }
    const { avatar_media_id: shown } = account;
    await exchange(tx, account, { shown: isReady ? row.id : shown, next: null });
    await discardAll(tx, [isReady ? shown : row.id]);
  }

  /** Takes the profile picture away, and the one to come. */
  async function clear(tx: Tx, accountId: number): Promise<void> {
    const account = await findAccount(tx, accountId);
    if (!account) return;
    await exchange(tx, account, { shown: null, next: null });
    await discardAll(tx, [account.avatar_media_id, account.next_avatar_media_id]);
  }

  async function exchange(
    tx: Tx,
    account: AccountRow,
    { shown, next }: { shown: number | null; next: number | null },
  ): Promise<void> {
    const updated_at = now().toISOString();
    const values = { avatar_media_id: shown, next_avatar_media_id: next, updated_at };
    if (!(await exchangeAvatars(tx, account, values))) throw new StaleRead();
  }

  async function discardAll(tx: Tx, ids: ReadonlyArray<number | null>): Promise<void> {
    for (const id of ids) {
      const row = id === null ? null : await findMedia(tx, id);
      if (row) await discard(tx, [row]);
    }
  }

  return { line, settle, clear };
}
