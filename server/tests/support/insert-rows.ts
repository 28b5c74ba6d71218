import type { Insertable } from 'kysely';
import type { Database } from '../../src/db/database.ts';
import type { Schema } from '../../src/db/schema.ts';
import type { Rows } from './sample-rows.ts';

/** Writes rows past the stores, in the order of their tables. */
export async function insertRows(database: Database, rows: Rows): Promise<void> {
  await database.transaction(async (tx) => {
    for (const [table, some] of Object.entries(rows)) {
      const values = some as unknown as Array<Insertable<Schema[keyof Schema]>>;
      if (some.length > 0)
        await tx
          .insertInto(table as keyof Schema)
          .values(values)
          .execute();
    }
  });
}
