/**
 * Tells all processes something that may be lost: a message reaches each listener at most once, in no order that counts.
 * What must not be lost is an event of the outbox.
 */
export type Broadcast = {
  /** Sends to every process that listens, this one included. Returns at once and never throws. */
  send(message: BroadcastMessage): void;
  /** Hears messages from now on. The listener must not throw. @returns what ends it */
  listen(listener: (message: BroadcastMessage) => void): () => void;
  /** @throws Error that says what is wrong and what to do */
  check(): Promise<void>;
  /** Hands on what was sent, for as long as that takes moments, and closes. */
  close(): Promise<void>;
};

export type BroadcastMessage = {
  topic: string;
  /** Small, and of what JSON can hold. */
  payload: unknown;
};
