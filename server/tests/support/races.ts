import type { Database } from '../../src/db/database.ts';
import type { TestServer } from './server.ts';

/**
 * Runs another write right before a transaction begins: after all that was read and decided outside of it.
 * @param skip how many transactions go by first, as where a check writes a row of its own
 * @returns whether it has run by now
 */
export function beforeTransaction(
  { app }: Pick<TestServer, 'app'>,
  write: () => Promise<unknown>,
  skip = 0,
): () => boolean {
  const database: Database = app.database;
  const own = database.transaction.bind(database);
  let left = skip;
  let hasRun = false;
  database.transaction = async (work) => {
    // Broadcasts are written beside the requests, at a time of their own.
    if (new Error().stack?.includes('broadcast-rows')) return own(work);
    left -= 1;
    if (left < 0) {
      database.transaction = own;
      await write();
      hasRun = true;
    }
    return own(work);
  };
  return () => hasRun;
}
