import { setImmediate as nextTurn } from 'node:timers/promises';
import { causedBy } from '../db/cause.ts';

/**
 * Works on what comes in the same moment together: on all that came in one turn of the event loop, and then on all that came while that
 * was under way. Who gave something waits for the work on it, and fails with it.
 */
export function gathering<T>(
  work: (items: readonly T[]) => Promise<void>,
): (item: T) => Promise<void> {
  let next: { items: T[]; done: Promise<void> } | null = null;
  let last: Promise<unknown> = Promise.resolve();

  async function workOn(items: T[], before: Promise<unknown>): Promise<void> {
    await before;
    await nextTurn();
    next = null;
    await work(items);
  }

  return (item) => {
    if (!next) {
      const items: T[] = [];
      // It belongs to none of those who gave.
      const done = causedBy(null, () => workOn(items, last));
      last = done.catch(() => {});
      next = { items, done };
    }
    next.items.push(item);
    return next.done;
  };
}
