import type { Database, Tx } from './database.ts';
import { insertIgnore } from './dialects.ts';
import type { Schema } from './schema.ts';

/** Gives the next id of a table. Ids are small positive integers; those of a stopped process leave a gap. */
export type NewId = (table: TableWithIds) => Promise<number>;

type TableWithIds =
  | 'accounts'
  | 'app_passwords'
  | 'devices'
  | 'event_templates'
  | 'group_events'
  | 'groups'
  | 'identities'
  | 'media'
  | 'passkeys'
  | 'posts'
  | 'sessions'
  | 'verifications';

type Range = { next: number; end: number };

/**
 * Leases ids from the database in ranges, so that the application knows an id before it writes, on every engine.
 * Must be asked before a transaction is opened: leasing is a transaction of its own.
 */
export function idLeases(database: Database, rangeSize = 50): NewId {
  const ranges = new Map<string, Range>();
  const pending = new Map<string, Promise<void>>();

  async function lease(table: keyof Schema): Promise<void> {
    const next = await database.transaction((tx) => leaseRange(tx, table, rangeSize));
    ranges.set(table, { next, end: next + rangeSize });
  }

  return async (table) => {
    for (;;) {
      const range = ranges.get(table);
      if (range && range.next < range.end) {
        range.next += 1;
        return range.next - 1;
      }
      const running = pending.get(table) ?? lease(table).finally(() => pending.delete(table));
      pending.set(table, running);
      await running;
    }
  };
}

/** Takes `count` ids of a table for the caller alone, and returns the first of them. */
export async function leaseRange(tx: Tx, name: keyof Schema, count: number): Promise<number> {
  await insertIgnore(tx, 'id_ranges', { name, next_id: 1 });
  await tx
    .updateTable('id_ranges')
    .set((eb) => ({ next_id: eb('next_id', '+', count) }))
    .where('name', '=', name)
    .execute();
  const row = await tx
    .selectFrom('id_ranges')
    .select('next_id')
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  return row.next_id - count;
}

/**
 * Succeeds when the database answers reads and takes writes from this process. Nothing is written.
 * @throws the driver's error, for instance of a standby
 */
export async function checkAccess(database: Database): Promise<void> {
  // The read comes first: one that fails is not retried for seconds, as a transaction is.
  await database.selectFrom('id_ranges').select('name').limit(1).execute();
  await database.transaction((tx) =>
    tx.updateTable('id_ranges').set({ next_id: 0 }).where('name', '=', '').execute(),
  );
}
