import { channel } from 'node:diagnostics_channel';
import type { LogEvent } from 'kysely';

/** A query that was run. The text holds no values. */
export type QueryRun = { sql: string; ms: number; error: unknown };

/** Hears of each query, a `QueryRun`. Subscribe before the database is opened. */
export const queryChannel = channel('rookery:query');

/** For the query builder's `log`: nothing while nobody listens. */
export function queryLog(): { log?: (event: LogEvent) => void } {
  if (!queryChannel.hasSubscribers) return {};
  return {
    log: (event) => {
      const { sql } = event.query;
      const error = event.level === 'error' ? event.error : null;
      queryChannel.publish({ sql, ms: event.queryDurationMillis, error } satisfies QueryRun);
    },
  };
}

/** Runs a query that bypasses the builder, and tells of it. */
export function toldQuery<T>(sql: string, run: () => T): T {
  if (!queryChannel.hasSubscribers) return run();
  const since = performance.now();
  const result = run();
  // Null: it was not run, since it has to wait.
  if (result !== null) {
    queryChannel.publish({ sql, ms: performance.now() - since, error: null } satisfies QueryRun);
  }
  return result;
}
