import { sql } from 'kysely';
import { type Database, openDatabase } from './database.ts';

/**
 * Brings all rows of an embedded database into its file, so that nothing beside it counts. False when the file is damaged; it
 * stays as it is.
 */
export async function settleFile(file: string): Promise<boolean> {
  const database = openDatabase(`sqlite:${file}`);
  try {
    await sql`pragma wal_checkpoint(truncate)`.execute(database.kysely);
    return true;
  } catch {
    return false;
  } finally {
    await database.close();
  }
}

/**
 * Leaves it to the system when writes reach the disk: for a file that counts only once it is whole, and is synced then. Nothing
 * on a server database.
 */
export async function skipSyncs(database: Database): Promise<void> {
  if (database.engine !== 'sqlite') return;
  await sql`pragma synchronous = off`.execute(database.kysely);
}
