import type { Database } from '../db/database.ts';
import { deleteFromOutbox, isInOutbox } from '../db/outbox.ts';
import type { BusMessage } from '../domain/ports.ts';
import type { Worker } from './worker.ts';

type Needs = { database: Database; handle: Worker };

/**
 * Handles messages that a broker has kept. The row of an event stays in the outbox until it is handled, and the event may come
 * several times: one whose row is gone was handled, or put back as another row.
 */
export function brokerWorker({ database, handle }: Needs): Worker {
  const running = new Map<number, Promise<void>>();

  async function handleOnce(rowId: number, message: BusMessage): Promise<void> {
    if (!(await isInOutbox(database, rowId))) return;
    await handle(message);
    await database.transaction((tx) => deleteFromOutbox(tx, rowId));
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
