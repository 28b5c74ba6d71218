import type { Database, Tx } from '../db/database.ts';
import { lockEvents } from '../db/event-locks.ts';
import { deleteFromOutbox } from '../db/outbox.ts';
import { isInOutbox } from '../db/outbox-reads.ts';
import type { BusMessage, Now } from '../domain/ports.ts';
import { gathering } from './gathering.ts';
import type { EventsTogether } from './together.ts';
import type { Worker } from './worker.ts';

type Needs = {
  database: Database;
  now: Now;
  handle: Worker;
  /** What is handled together with others. Default: nothing. */
  together?: EventsTogether | null;
};

type Event = { rowId: number; message: BusMessage };

/**
 * Handles messages that a broker has kept. The row of an event stays in the outbox until it is handled, and the event may come
 * several times: one whose row is gone was handled, or put back as another row.
 */
export function brokerWorker({ database, now, handle, together = null }: Needs): Worker {
  const running = new Map<number, Promise<void>>();
  const markDone = gathering<number>((ids) =>
    database.transaction((tx) => deleteFromOutbox(tx, ids)),
  );
  const handleTogether = gathering<Event>(async (events) => {
    const since = performance.now();
    await database.transaction((tx) => writeAll(tx, events));
    together?.tell(
      events.map(({ message }) => message),
      performance.now() - since,
    );
  });

  async function writeAll(tx: Tx, events: readonly Event[]): Promise<void> {
    const left = await lockEvents(
      tx,
      events.map(({ rowId }) => rowId),
    );
    const due = events.filter(({ rowId }) => left.has(rowId));
    const messages = due.map(({ message }) => message);
    await together?.writeOnce(tx, messages, now().toISOString());
    await deleteFromOutbox(
      tx,
      due.map(({ rowId }) => rowId),
    );
  }

  async function handleAlone(rowId: number, message: BusMessage): Promise<void> {
    if (!(await isInOutbox(database, rowId))) return;
    await handle(message);
    await markDone(rowId);
  }

  async function handleOnce(rowId: number, message: BusMessage): Promise<void> {
    if (!together?.takesMessage(message)) return handleAlone(rowId, message);
    // One that fails must not take others with it.
    await handleTogether({ rowId, message }).catch(() => handleAlone(rowId, message));
  }

  return (message) => {
    const { rowId } = message;
    if (rowId === undefined) return handle(message);
    // Two of the same event often follow each other in the queue.
    const handled =
      running.get(rowId) ?? handleOnce(rowId, message).finally(() => running.delete(rowId));
    running.set(rowId, handled);
    return handled;
  };
}
