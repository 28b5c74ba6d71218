import { AsyncLocalStorage } from 'node:async_hooks';
import type { DatabaseConnection, Driver } from 'kysely';
import type { ConnectionLoad } from './connection-load.ts';
import type { RowListener, RowWatch } from './row-watch.ts';
import { openConnection, type SqliteConnection } from './sqlite-connection.ts';
import { takeSeat, type WorkerSeat } from './worker-seat.ts';

/** How many transactions share a commit at most. */
const maxGroup = 64;

/** Where a caller stands: before its transaction's turn, or inside of one. */
type Stage = 'begins' | { running: object };

const transactionStage = new AsyncLocalStorage<Stage>();

/** Marks a transaction that awaits `commitUnderWay`, so that it may share its commit with others. */
export function askForTransaction<T>(ask: () => Promise<T>): Promise<T> {
  return transactionStage.run('begins', ask);
}

/** Runs the code of a transaction so that a query past it is refused instead of waiting forever. */
export function markTransaction<T>(tx: object, work: () => Promise<T>): Promise<T> {
  return transactionStage.run({ running: tx }, work);
}

/**
 * Transactions that one commit keeps, or none of them. A sync of the disk costs more than a small write, so those that come in
 * the same turn of the event loop run one after the other, each behind a savepoint, and are acknowledged together.
 */
type CommitGroup = {
  finished: number;
  outcome: Promise<void>;
  succeed: () => void;
  fail: (error: unknown) => void;
};

/**
 * Hands the one connection from caller to caller. While a group is open, writers join it and readers wait: nobody reads
 * what is not kept yet.
 */
export class SqliteDriver implements Driver {
  readonly #file: string | Buffer;
  readonly #writers: Array<() => void> = [];
  readonly #others: Array<() => void> = [];
  #connection: SqliteConnection | undefined;
  #isInUse = false;
  #isInUseByWriter = false;
  #group: CommitGroup | undefined;
  #isFlushDue = false;
  /** How many of the readers that wait come before the next writer. */
  #readsDue = 0;
  #workerSeat: WorkerSeat | undefined;
  readonly #listeners: RowListener[] = [];
  #versionSeen = 0;
  /**
   * Whether others were looked for since the program was called last: no request is read from its socket meanwhile. In a whole
   * turn of the event loop one may be, since a turn also calls what has waited before it looks at sockets.
   */
  #isNoticed = false;
  readonly #forgetNoticing = () => {
    this.#isNoticed = false;
  };

  constructor(file: string | Buffer) {
    this.#file = file;
  }

  async init(): Promise<void> {
    this.#connect();
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const stage = transactionStage.getStore();
    if (typeof stage === 'object') {
      throw new Error('A query was sent past the open transaction. Pass the transaction to it.');
    }
    const connection = this.#open();
    const isWriter = stage === 'begins';
    if (this.#isInUse || (this.#group && !isWriter)) {
      await new Promise<void>((go) => (isWriter ? this.#writers : this.#others).push(go));
    }
    this.#isInUse = true;
    this.#isInUseByWriter = isWriter;
    return connection;
  }

  async releaseConnection(): Promise<void> {
    this.#handOn();
  }

  async beginTransaction(): Promise<void> {
    if (this.#group) return this.#open().run('savepoint member');
    // IMMEDIATE: a transaction that reads first and writes later would fail at once beside another process.
    this.#open().run('begin immediate');
    this.#group = newGroup();
  }

  async commitTransaction(): Promise<void> {
    const group = this.#group;
    if (!group || !this.#open().inTransaction) throw lostGroup();
    if (group.finished > 0) this.#open().run('release member');
    group.finished += 1;
    if (!this.#isInUseByWriter) {
      this.#commit(group);
      await group.outcome;
    }
  }

  async rollbackTransaction(): Promise<void> {
    const group = this.#group;
    if (!group) return;
    const connection = this.#open();
    if (connection.inTransaction && group.finished > 0) {
      connection.run('rollback to member');
      connection.run('release member');
      return;
    }
    // A full disk rolls back everything, and with it what others have written in this group.
    if (connection.inTransaction) connection.run('rollback');
    this.#group = undefined;
    group.fail(lostGroup());
  }

  /** When what the running transaction has written is kept. @throws what the commit failed with */
  commitUnderWay(): Promise<void> {
    return this.#group?.outcome ?? Promise.resolve();
  }

  /** @returns null when somebody else has the connection */
  readAtOnce(db: object, sql: string, parameters: readonly unknown[]): unknown[] | null {
    const isFree = !this.#isInUse && !this.#group;
    if (!this.#connection || !(isFree || this.#isRunning(db))) return null;
    return this.#connection.read(sql, parameters);
  }

  /** @returns how many rows were written; null when the transaction does not run */
  writeAtOnce(tx: object, sql: string, parameters: readonly unknown[]): number | null {
    if (!this.#connection || !this.#isRunning(tx)) return null;
    return this.#connection.write(sql, parameters);
  }

  /** Whether the caller is in a transaction, and means it. */
  #isRunning(db: object): boolean {
    const stage = transactionStage.getStore();
    return this.#isInUseByWriter && typeof stage === 'object' && stage.running === db;
  }

  /** One connection, and who waits for it. */
  load(): ConnectionLoad {
    const busy = this.#isInUse ? 1 : 0;
    const waiting = this.#writers.length + this.#others.length;
    return { busy, idle: 1 - busy, waiting };
  }

  /** See `Database.watchRows`. */
  watchRows(watch: RowWatch, listener: RowListener): void {
    const connection = this.#connect();
    if (this.#listeners.length === 0) this.#versionSeen = connection.versionElsewhere();
    this.#listeners.push(listener);
    connection.watch(watch, listener);
  }

  /** See `Database.noticeOthers`. */
  noticeOthers(): void {
    if (this.#isNoticed) return;
    const version = this.#connection?.versionElsewhere() ?? 0;
    this.#isNoticed = true;
    // After all that this call has set off and that waits for nothing.
    process.nextTick(this.#forgetNoticing);
    if (version === this.#versionSeen) return;
    this.#versionSeen = version;
    for (const listener of this.#listeners) listener(null);
  }

  /** See `Database.takeWorkerSeat`. */
  takeWorkerSeat(): boolean {
    if (this.#workerSeat || typeof this.#file !== 'string' || this.#file === ':memory:')
      return true;
    this.#workerSeat = takeSeat(this.#file) ?? undefined;
    return this.#workerSeat !== undefined;
  }

  async destroy(): Promise<void> {
    if (this.#group) this.#commit(this.#group);
    this.#connection?.close();
    this.#connection = undefined;
    this.#workerSeat?.leave();
    this.#workerSeat = undefined;
  }

  #connect(): SqliteConnection {
    this.#connection ??= openConnection(this.#file);
    return this.#connection;
  }

  #open(): SqliteConnection {
    if (!this.#connection) throw new Error('The database is closed.');
    return this.#connection;
  }

  /** To the next writer while a group is open, and to the readers that waited for its commit before it is opened again. */
  #handOn(): void {
    const isFull = this.#group !== undefined && this.#group.finished >= maxGroup;
    if (isFull && this.#group) this.#commit(this.#group);
    const next = this.#group ? this.#writers.shift() : this.#nextBetweenGroups();
    if (next) return next();
    this.#isInUse = false;
    if (!this.#group || this.#isFlushDue) return;
    this.#isFlushDue = true;
    setImmediate(() => this.#commitWhenFree());
  }

  #nextBetweenGroups(): (() => void) | undefined {
    if (this.#readsDue > 0) {
      this.#readsDue -= 1;
      const reader = this.#others.shift();
      if (reader) return reader;
    }
    // Readers that came later wait for the next commit, or writers would wait for as long as there are readers.
    return this.#writers.shift() ?? this.#others.shift();
  }

  /** After a turn of the event loop, in which other waiting writers have joined. */
  #commitWhenFree(): void {
    this.#isFlushDue = false;
    // The current user of the connection calls this again when it is done.
    if (this.#isInUse || !this.#group) return;
    this.#commit(this.#group);
    this.#isInUse = true;
    this.#handOn();
  }

  #commit(group: CommitGroup): void {
    this.#group = undefined;
    this.#readsDue = this.#others.length;
    const connection = this.#open();
    try {
      if (!connection.inTransaction) throw lostGroup();
      connection.run('commit');
      group.succeed();
    } catch (error) {
      if (connection.inTransaction) connection.run('rollback');
      group.fail(error);
    }
  }
}

function newGroup(): CommitGroup {
  const { promise: outcome, resolve: succeed, reject: fail } = Promise.withResolvers<void>();
  // Nobody may be waiting, when its only member has failed.
  outcome.catch(() => {});
  return { finished: 0, outcome, succeed, fail };
}

/** What SQLite calls a transaction that was rolled back by another's failure: nothing of it was kept. */
class LostGroupError extends Error {
  readonly code = 'SQLITE_ABORT_ROLLBACK';
  override readonly name = 'LostGroupError';
}

function lostGroup(): LostGroupError {
  return new LostGroupError(
    'A write that shared this commit failed, and the database rolled all of them back.',
  );
}
