/** Carries events from the relay to the workers, at least once. */
export type Bus = {
  /**
   * Resolves when the event was handled, or a broker has it: which may still lose it if somebody deletes the queue.
   * @throws Error soon when the bus is not reached
   */
  publish(message: BusMessage): Promise<'handled' | 'queued'>;
  /**
   * Names who handles messages; one that the handler rejects is not lost. Resolves when it is ready to, or when the
   * broker is not there: then it begins as soon as it can.
   */
  consume(handler: (message: BusMessage) => Promise<void>): Promise<void>;
  /** How many events wait with a broker, and nobody has them yet. @throws Error when the bus is not reached */
  countWaiting(): Promise<number>;
  /** @throws Error that says what is wrong */
  check(): Promise<void>;
  /** Takes no more, waits for the messages that are being handled, and closes. */
  close(): Promise<void>;
};

export type BusMessage = {
  /** The event's id; the same for every repeat of it. */
  id: number;
  topic: string;
  payload: unknown;
  /** Null: for all subscribers of the topic. */
  subscriber: string | null;
  attempts: number;
  /** The row of the outbox that stays until the event is handled. Earlier versions sent messages without one. */
  rowId?: number;
  /** Nobody has begun it before, and nobody else has it: what became of it, its row will tell. */
  isOnly?: boolean;
  /** How often the bus has handed it over before without hearing what became of it. */
  redeliveries?: number;
  /** The request that it follows from; absent where none is known. */
  cause?: EventCause | null;
};

/** A request, by its id, and its place in a trace (W3C Trace Context). */
export type EventCause = { requestId: string; traceParent: string | null };
