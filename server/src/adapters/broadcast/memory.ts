import type { Broadcast } from '../../domain/ports.ts';
import { listeners } from './listeners.ts';

/** A broadcast within the one process that has the database for itself. */
export function memoryBroadcast(): Broadcast {
  const here = listeners();
  return {
    send: (message) => here.deliver(message),
    listen: (listener) => here.add(listener),
    check: async () => {},
    close: async () => here.close(),
  };
}
