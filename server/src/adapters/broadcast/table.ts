import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Broadcast, BroadcastMessage, Now } from '../../domain/ports.ts';
import { listeners } from './listeners.ts';

type SentRow = BroadcastMessage & { id: number; sender: string };

/** The table that the processes share. */
type Rows = {
  add(sender: string, messages: readonly BroadcastMessage[]): Promise<void>;
  listAfter(id: number): Promise<SentRow[]>;
  findLastId(): Promise<number>;
  deleteBefore(time: Date): Promise<void>;
};

type Options = {
  rows: Rows;
  now: Now;
  /** Told when the table cannot be read or written, once until it can. */
  onTrouble?: (error: unknown) => void;
  /** How often a process that listens reads the table. */
  pollMs?: number;
  /** For how long a row stays. */
  keptMs?: number;
};

/** What is sent so soon after a write is written together. */
const gatherMs = 100;
/** What waits while the database does not answer; more is lost. */
const maxWaiting = 1000;
/** A row that is committed this much later than those numbered after it is still read. */
const lateMs = 2000;
const maxClosingMs = 2000;

/**
 * A broadcast over a table, for several processes without Redis. Listeners of the sending process hear at once. Those of
 * another hear when it reads the table, which it does only while somebody listens.
 */
export function tableBroadcast(options: Options): Broadcast {
  const { rows, now, onTrouble = () => {}, pollMs = 500, keptMs = 60_000 } = options;
  const sender = randomUUID();
  const attempt = attempts(onTrouble);
  const writer = tableWriter(attempt, { rows, now, keptMs, sender });
  const here = listeners({ onFirst: startReading, onNone: stopReading });
  let polling: NodeJS.Timeout | undefined;
  let isClosed = false;

  function startReading(): void {
    const readNext = tableReader(rows);
    const poll = async () => {
      await attempt(async () => {
        for (const { sender: from, topic, payload } of await readNext())
          if (from !== sender) here.deliver({ topic, payload });
      });
      if (polling === timer) timer.refresh();
    };
    const timer = setTimeout(() => void poll(), pollMs).unref();
    polling = timer;
    void attempt(readNext);
  }

  function stopReading(): void {
    clearTimeout(polling);
    polling = undefined;
  }

  return {
    send(message) {
      if (isClosed) return;
      here.deliver(message);
      writer.add(message);
    },
    listen: (listener) => here.add(listener),
    check: async () => void (await rows.findLastId()),
    async close() {
      isClosed = true;
      here.close();
      stopReading();
      await Promise.race([writer.close(), sleep(maxClosingMs, null, { ref: false })]);
    },
  };
}

type Attempt = (work: () => Promise<unknown>) => Promise<void>;

/** Runs what may fail, and tells of a failure once until something succeeds. */
function attempts(onTrouble: (error: unknown) => void): Attempt {
  let hasTrouble = false;
  return async (work) => {
    try {
      await work();
      hasTrouble = false;
    } catch (error) {
      if (!hasTrouble) onTrouble(error);
      hasTrouble = true;
    }
  };
}

/** Writes messages soon after they were added, many at once, and deletes them when they are old. */
function tableWriter(
  attempt: Attempt,
  {
    rows,
    now,
    keptMs,
    sender,
  }: Pick<Required<Options>, 'rows' | 'now' | 'keptMs'> & { sender: string },
) {
  const waiting: BroadcastMessage[] = [];
  let writing: Promise<void> | null = null;
  let writtenAt = Number.NEGATIVE_INFINITY;
  let gathering: NodeJS.Timeout | undefined;
  let deleting: NodeJS.Timeout | undefined;

  function add(message: BroadcastMessage): void {
    if (waiting.length < maxWaiting) waiting.push(message);
    schedule();
  }

  function schedule(): void {
    if (gathering || writing || waiting.length === 0) return;
    const waitMs = Math.max(0, writtenAt + gatherMs - performance.now());
    gathering = setTimeout(() => {
      gathering = undefined;
      writing = write().finally(() => {
        writing = null;
        schedule();
      });
    }, waitMs);
  }

  async function write(): Promise<void> {
    const messages = withoutRepeats(waiting.splice(0));
    if (messages.length === 0) return;
    await attempt(() => rows.add(sender, messages));
    writtenAt = performance.now();
    deleting ??= setTimeout(() => {
      deleting = undefined;
      void attempt(() => rows.deleteBefore(new Date(now().getTime() - keptMs)));
    }, keptMs).unref();
  }

  /** Writes what waits. */
  async function close(): Promise<void> {
    await writing;
    clearTimeout(gathering);
    await write();
    clearTimeout(deleting);
  }

  return { add, close };
}

/**
 * Reads what was written since it was last called, and at first nothing. Each row once, although rows are committed in
 * another order than they are numbered.
 */
function tableReader(rows: Rows): () => Promise<SentRow[]> {
  /** Everything up to this id was read, or comes too late. */
  let floor: number | undefined;
  /** What was read above it, and when. */
  const seen = new Map<number, number>();

  return async () => {
    if (floor === undefined) {
      floor = await rows.findLastId();
      return [];
    }
    const found = (await rows.listAfter(floor)).filter(({ id }) => !seen.has(id));
    const at = performance.now();
    for (const { id } of found) seen.set(id, at);
    for (const [id, seenAt] of seen) if (at - seenAt > lateMs) floor = Math.max(floor, id);
    for (const id of seen.keys()) if (id <= floor) seen.delete(id);
    return found;
  };
}

/** Equal messages that wait together are sent once. */
function withoutRepeats(messages: readonly BroadcastMessage[]): BroadcastMessage[] {
  return [...new Map(messages.map((message) => [JSON.stringify(message), message])).values()];
}
