import type { Database, Db, Tx } from './database.ts';
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

/** Ids from `next` to `end`, without it. */
type Range = { next: number; end: number; leasedAt: number };

/** How many ids a lease takes at first, and at most. */
type LeaseSizes = { least: number; most: number };

/** A range that was used up faster is followed by one of twice its size, and a slower one by half of it. */
const aimedMs = 1000;

/**
 * Leases ids from the database in ranges, so that the application knows an id before it writes, on every engine. Under load
 * ranges grow, so that a process leases about once a second and table.
 * Must be asked before a transaction is opened: leasing is a transaction of its own.
 */
export function idLeases(
  database: Database,
  { least, most }: LeaseSizes = { least: 50, most: 10_000 },
  elapsedMs: () => number = () => performance.now(),
): NewId {
  const ranges = new Map<string, Range>();
  const sizes = new Map<string, number>();
  const pending = new Map<string, Promise<void>>();

  function nextSize(table: string, leasedAt: number): number {
    const range = ranges.get(table);
    const before = sizes.get(table) ?? least;
    const isFast = range !== undefined && leasedAt - range.leasedAt < aimedMs;
    const size = isFast ? Math.min(most, before * 2) : Math.max(least, Math.ceil(before / 2));
    return range ? size : least;
  }

  async function lease(table: keyof Schema): Promise<void> {
    const leasedAt = elapsedMs();
    const size = nextSize(table, leasedAt);
    const next = await database.transaction((tx) => leaseRange(tx, table, size));
    sizes.set(table, size);
    ranges.set(table, { next, end: next + size, leasedAt });
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

/** How many ids of a table were given out to processes. */
export type IdUse = { table: string; used: number };

/** Reads how many ids of some tables were given out, the most first. */
export async function readIdUse(db: Db, names: readonly TableWithIds[]): Promise<IdUse[]> {
  const rows = await db
    .selectFrom('id_ranges')
    .select(['name', 'next_id'])
    .where('name', 'in', names)
    .orderBy('next_id', 'desc')
    .execute();
  return rows.map(({ name, next_id: next }) => ({ table: name, used: next - 1 }));
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
