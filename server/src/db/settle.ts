import { sql } from 'kysely';
import { openDatabase } from './database.ts';

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
