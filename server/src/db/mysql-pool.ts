import type { MysqlPool } from 'kysely';
import type { Pool, PoolConnection } from 'mysql2';
import { mysqlClient } from './clients.ts';
import { waitAtMost } from './deadline.ts';
import { codeOf } from './outages.ts';
import { statementName } from './statement-names.ts';

type Answered = (error: unknown, result?: unknown) => void;

type Ask = (sql: string, parameters: unknown, answered: Answered) => unknown;

/**
 * A pool whose connections and statements are waited for no longer than a request may (`deadline.ts`). A connection whose
 * statement takes too long is closed: its answer would be taken for that of the next.
 * @param statementMs how long a statement may take outside of a request
 */
export function limitedPool(pool: Pool, statementMs: number): MysqlPool {
  const limited = new WeakSet<PoolConnection>();

  function connect(): Promise<PoolConnection> {
    return new Promise((resolve, reject) => {
      pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection)));
    });
  }

  function limit(connection: PoolConnection): void {
    if (limited.has(connection)) return;
    limited.add(connection);
    const query = connection.query.bind(connection) as Ask;
    const execute = connection.execute.bind(connection) as unknown as Ask;
    const run = (sql: string, parameters: unknown) =>
      new Promise((resolve, reject) => {
        const answered: Answered = (error, result) => (error ? reject(error) : resolve(result));
        const executed: Answered = (error, result) => {
          if (isNotPrepared(error)) query(sql, parameters, answered);
          else answered(error, result);
        };
        if (statementName(sql) === undefined) query(sql, parameters, answered);
        else execute(sql, typed(parameters as readonly unknown[]), executed);
      });
    const limits = { limitMs: statementMs, giveUp: () => cut(connection) };
    const inTime = (sql: string, parameters: unknown, answered: Answered) => {
      settle(
        waitAtMost(() => run(sql, parameters), limits),
        answered,
      );
    };
    connection.query = inTime as unknown as typeof connection.query;
  }

  async function connectInTime(): Promise<PoolConnection> {
    const giveUp = (late: Promise<PoolConnection>) => {
      late.then((connection) => connection.release()).catch(() => {});
    };
    const connection = await waitAtMost(connect, { limitMs: Number.POSITIVE_INFINITY, giveUp });
    limit(connection);
    return connection;
  }

  return {
    getConnection(callback) {
      const given = callback as (error: unknown, connection?: unknown) => void;
      settle(connectInTime(), given);
    },
    end: (callback) => pool.end(callback),
  };
}

/** The server keeps no more statements, or cannot keep this one; nothing was run. */
function isNotPrepared(error: unknown): boolean {
  return ['ER_MAX_PREPARED_STMT_COUNT_REACHED', 'ER_UNSUPPORTED_PS'].includes(codeOf(error));
}

/** The driver sends numbers as floating point, which is no number of rows for `limit`, and compares otherwise. */
function typed(parameters: readonly unknown[]): unknown[] {
  return parameters.map((it) =>
    Number.isInteger(it) ? mysqlClient().TypedParameter.BIGINT(it as number) : it,
  );
}

/** Tells a callback what became of a promise, in a turn of its own: what it throws is not the promise's. */
function settle(work: Promise<unknown>, answered: Answered): void {
  const tell = (error: unknown, result?: unknown) =>
    process.nextTick(() => answered(error, result));
  work.then((result) => tell(null, result), tell);
}

/** Closes a connection at once: a server that does not answer takes no leave. */
function cut(connection: PoolConnection): void {
  connection.destroy();
  // `destroy` alone says goodbye and waits for the other side.
  (connection as unknown as { stream: { destroy(): void } }).stream.destroy();
}
