import type { PostgresPool } from 'kysely';
import type pg from 'pg';
import { isEndOfConnection, isReadOnly } from './outages.ts';

/** After one connection was found to be read-only, the others of the pool are looked at with suspicion; at most this often. */
const renewEveryMs = 1000;

export type CarefulPool = PostgresPool & {
  /** True once a pooler (PgBouncer) refused the parameters that a connection begins with: they go into each transaction. */
  isWithoutParameters(): boolean;
};

/**
 * A pool that gives no connection away that has gone bad, and knows how to speak to a pooler.
 * @param open makes the pool of the driver, with the limits as parameters of the connection or without
 */
export function carefulPool(open: (options: { hasParameters: boolean }) => pg.Pool): CarefulPool {
  let hasParameters = true;
  let pool = open({ hasParameters });
  let renewedAt = Number.NEGATIVE_INFINITY;
  const since = new WeakMap<pg.PoolClient, number>();
  const bad = new WeakSet<pg.PoolClient>();

  async function connect(): Promise<pg.PoolClient> {
    const from = pool;
    try {
      return await from.connect();
    } catch (error) {
      if (!hasParameters || !isRefusedParameter(error)) throw error;
      // Of several that were refused at once, the first replaces the pool.
      if (pool === from) {
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
    const watched = async (...rest: unknown[]) => {
      try {
        return await query(...rest);
      } catch (error) {
        note(client, error);
        throw error;
      }
    };
    client.query = watched as typeof client.query;
  }

  return {
    options: {},
    isWithoutParameters: () => !hasParameters,
    async connect() {
      for (;;) {
        const client = await connect();
        if (!since.has(client)) watch(client);
        if ((since.get(client) ?? 0) >= renewedAt) {
          const release = client.release.bind(client);
          client.release = (destroy) => release(destroy === true || bad.has(client));
          return client;
        }
        client.release(true);
      }
    },
    end: () => pool.end(),
  };
}

/** Unlike PostgreSQL, a pooler knows few parameters; each says so in its own words. */
function isRefusedParameter(error: unknown): boolean {
  return error instanceof Error && /startup parameter|command-line options/i.test(error.message);
}
