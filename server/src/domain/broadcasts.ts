import { sendAfterCommit, type Tx } from '../db/database.ts';
import type { Broadcast } from './ports.ts';

/** What processes tell each other, by topic. Any of it may be lost: what must not be is an event (`events.ts`). */
export type Broadcasts = {
  /** Open connections of the account have something to show, or may have to end. */
  'account.activity': { accountId: number };
};

/** Tells all processes of what a transaction did, once it is committed. */
export function broadcastAfterCommit<T extends keyof Broadcasts>(
  tx: Tx,
  topic: T,
  payload: Broadcasts[T],
): void {
  sendAfterCommit(tx, { topic, payload });
}

/** Hears of one topic. @returns what ends it */
export function onBroadcast<T extends keyof Broadcasts>(
  broadcast: Pick<Broadcast, 'listen'>,
  topic: T,
  listener: (payload: Broadcasts[T]) => void,
): () => void {
  return broadcast.listen((message) => {
    const { payload } = message;
    // Redis takes messages from others, too.
    if (message.topic !== topic || typeof payload !== 'object' || payload === null) return;
    listener(payload as Broadcasts[T]);
  });
}
