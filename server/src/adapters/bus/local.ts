import type { Bus, BusMessage } from '../../domain/ports.ts';

/** Hands each event to the worker of the same process and returns when it is done. */
export function localBus(): Bus {
  let handle: ((message: BusMessage) => Promise<void>) | undefined;

  return {
    async publish(message) {
      if (!handle) throw new Error('Nobody consumes the local bus.');
      await handle(message);
    },
    async consume(handler) {
      handle = handler;
    },
    async close() {
      handle = undefined;
    },
  };
}
