import type { PostgresPool } from 'kysely';
import type pg from 'pg';
import type { Counted } from './connection-load.ts';
import { waitAtMost } from './deadline.ts';
import { isEndOfConnection, isReadOnly } from './outages.ts';
import { namedStatements } from './postgres-statements.ts';

/** After one connection was found to be read-only, the others of the pool are looked at with suspicion; at most this often. */
const renewEveryMs = 1000;

type Options = {
  /** Makes the pool of the driver, with the limits as parameters of the connection or without. */
  open: (options: { hasParameters: boolean }) => pg.Pool;
  /** How long a statement may take outside of a request. */
  statementMs: number;
  /** Whether the server keeps what `statement-names.ts` knows. */
  hasNames: boolean;
};

export type CarefulPool = PostgresPool &
  Counted & {
    /** True once a pooler (PgBouncer) refused the parameters that a connection begins with: they go into each transaction. */
    isWithoutParameters(): boolean;
  };

/**
 * A pool that gives no connection away that has gone bad, waits for none longer than a request may (`deadline.ts`), and knows
 * how to speak to a pooler.
 */
export function carefulPool({ open, statementMs, hasNames }: Options): CarefulPool {
  let hasParameters = true;
  let pool = open({ hasParameters });
  let renewedAt = Number.NEGATIVE_INFINITY;
  const since = new WeakMap<pg.PoolClient, number>();
  const bad = new WeakSet<pg.PoolClient>();
  const names = namedStatements();

  function connectInTime(): Promise<pg.PoolClient> {
    // The driver has a limit of its own, and removes who has waited too long.
    const giveUp = (late: Promise<pg.PoolClient>) => {
      late.then((client) => client.release()).catch(() => {});
    };
    return waitAtMost(connect, { limitMs: Number.POSITIVE_INFINITY, giveUp });
  }

  async function connect(): Promise<pg.PoolClient> {
    const from = pool;
    try {
      return await from.connect();
    } catch (error) {
      const isReplaced = pool !== from;
      if (!isRefusedParameter(error) || !(hasParameters || isReplaced)) throw error;
      // Of several that were refused at once, the first replaces the pool.
      if (!isReplaced) {
        hasParameters = false;
        pool = open({ hasParameters });
        from.end().catch(() => {});
      }
      return pool.connect();
    }
  }

  /** A failover leads some connections to a standby; those opened at the same time are not trusted either. */
  function note(client: pg.PoolClient, error: unknown): void {
    if (isEndOfConnection(error)) bad.add(client);
    if (isReadOnly(error) && performance.now() - renewedAt > renewEveryMs) {
      renewedAt = performance.now();
    }
  }

  function watch(client: pg.PoolClient): void {
    since.set(client, performance.now());
    const query = client.query.bind(client) as (...rest: unknown[]) => Promise<unknown>;
    const limits = { limitMs: statementMs, giveUp: () => cut(client) };
    const run = async (...rest: unknown[]) => {
      try {
        return await waitAtMost(() => query(...rest), limits);
      } catch (error) {
        note(client, error);
        throw error;
      }
    };
    const watched = async (...rest: unknown[]) => {
      const named = hasNames ? names.named(rest[0], rest[1]) : null;
      if (!named) return run(...rest);
      try {
        return await run(named);
      } catch (error) {
        // Within a transaction nothing can follow; it is run again as a whole.
        if (!names.isRefused(error) || client.getTransactionStatus() !== 'I') throw error;
        return run(...rest);
      }
    };
    client.query = watched as typeof client.query;
  }

  return {
    options: {},
    isWithoutParameters: () => !hasParameters,
    async connect() {
      for (;;) {
        const client = await connectInTime();
        if (!since.has(client)) watch(client);
        if ((since.get(client) ?? 0) >= renewedAt) {
          const release = client.release.bind(client);
          client.release = (destroy) => release(destroy === true || bad.has(client));
          return client;
        }
        client.release(true);
      }
    },
    load: () => ({
      busy: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }),
    end: () => pool.end(),
  };
}

/** Closes a connection at once: a server that does not answer takes no leave. */
function cut(client: pg.PoolClient): void {
  // Its type does not tell of it; the pool of the driver does the same when a connection takes too long.
  const { connection } = client as unknown as { connection: { stream: { destroy(): void } } };
  connection.stream.destroy();
}

/** Unlike PostgreSQL, a pooler knows few parameters; each says so in its own words. */
function isRefusedParameter(error: unknown): boolean {
  return error instanceof Error && /startup parameter|command-line options/i.test(error.message);
}
