import type { Bus, BusMessage } from '../../domain/ports.ts';

/** Hands each event to the worker of the same process and returns when it is done. */
export function localBus(): Bus {
  const running = new Set<Promise<void>>();
  let handle: ((message: BusMessage) => Promise<void>) | undefined;

  return {
    async publish(message) {
      if (!handle) throw new Error('Nobody consumes the local bus.');
      const handled = handle(message).finally(() => running.delete(handled));
      running.add(handled);
      await handled;
      return 'handled';
    },
    async consume(handler) {
      handle = handler;
    },
    countWaiting: async () => 0,
    async check() {},
    async close() {
      handle = undefined;
      await Promise.allSettled(running);
    },
  };
}
