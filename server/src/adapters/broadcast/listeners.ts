import type { BroadcastMessage } from '../../domain/ports.ts';

type Listener = (message: BroadcastMessage) => void;

/** Those of one process that listen to a broadcast. */
export type Listeners = {
  /** @returns what removes it */
  add(listener: Listener): () => void;
  /** Hands a message to all, after what runs now: a sender does not wait for them. */
  deliver(message: BroadcastMessage): void;
  /** Removes all; what is delivered from now on reaches nobody. */
  close(): void;
};

export function listeners({ onFirst = () => {}, onNone = () => {} } = {}): Listeners {
  const known = new Set<Listener>();
  return {
    add(listener) {
      known.add(listener);
      if (known.size === 1) onFirst();
      return () => {
        if (known.delete(listener) && known.size === 0) onNone();
      };
    },
    deliver(message) {
      for (const listener of known) {
        setImmediate(() => {
          if (known.has(listener)) listener(message);
        });
      }
    },
    close() {
      known.clear();
    },
  };
}
