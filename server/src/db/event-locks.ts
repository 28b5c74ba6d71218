import { sql } from 'kysely';
import type { Database, Db, Tx } from './database.ts';
import { prepared } from './prepared.ts';
import type { OutboxRow } from './schema.ts';
import { isSqlite } from './which-engine.ts';

/**
 * How workers that look for events at the same moment find different ones. `none`: one of them writes at a time. `skip`: each leaves
 * out what another has locked. `wait`: the engine cannot do that, so each looks at some of the oldest, drawn at random.
 */
export type EventLocks = 'none' | 'skip' | 'wait';

const known = new WeakMap<object, Promise<EventLocks>>();

/** What a database can do; a server is asked once. */
export function eventLocks(database: Database): Promise<EventLocks> {
  const asked = known.get(database) ?? askFor(database);
  known.set(database, asked);
  // Asked again when the server was away.
  asked.catch(() => known.delete(database));
  return asked;
}

async function askFor({ engine, kysely }: Database): Promise<EventLocks> {
  if (engine === 'sqlite') return 'none';
  if (engine !== 'mysql') return 'skip';
  const { rows } = await sql<{ version: string }>`select version() as version`.execute(kysely);
  return canSkipLocked(rows[0]?.version ?? '') ? 'skip' : 'wait';
}

/** Whether a version of MySQL (from 8.0) or MariaDB (from 10.6) knows `SKIP LOCKED`. */
export function canSkipLocked(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  if (!/mariadb/i.test(version)) return major >= 8;
  return major > 10 || (major === 10 && minor >= 6);
}

type Look = {
  now: string;
  limit: number;
  /** Null: all. */
  topics: readonly string[] | null;
  locks: EventLocks;
};

/** Of so many of the oldest rows, those who cannot skip each other's draw some. */
const drawnFrom = 300;

/** Locks the rows of due events until the transaction ends, and returns them, oldest first. */
export async function lockDueEvents(tx: Tx, look: Look): Promise<OutboxRow[]> {
  const { limit, locks } = look;
  if (locks === 'none') return readDueEvents(tx, look);
  if (locks === 'skip') return dueEvents(tx, look).forUpdate().skipLocked().execute();
  const rows = await readDueEvents(tx, { ...look, limit: Math.max(limit, drawnFrom) });
  const drawn = shuffled(rows.map(({ id }) => id)).slice(0, limit);
  if (drawn.length === 0) return [];
  return dueEvents(tx, look).where('id', 'in', drawn).forUpdate().execute();
}

export function readDueEvents(db: Db, look: Omit<Look, 'locks'>): Promise<OutboxRow[]> {
  return dueEvents(db, look).execute();
}

function dueEvents(db: Db, { now, limit, topics }: Omit<Look, 'locks'>) {
  return db
    .selectFrom('outbox')
    .selectAll()
    .where('set_aside_at', 'is', null)
    .where('due_at', '<=', now)
    .$if(topics !== null, (query) => query.where('topic', 'in', [...(topics ?? [])]))
    .orderBy('due_at')
    .limit(limit);
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

/** Locks the rows that nobody has changed since they were written, and skips rows that another transaction has locked. */
export async function lockUntouched(
  tx: Tx,
  ids: readonly number[],
  locks: EventLocks,
): Promise<Set<number>> {
  const args = { ids: [...ids] };
  const rows = await untouchedBy[locks](tx, args);
  return new Set(rows.map(({ id }) => id));
}

const untouchedBy = {
  none: prepared((db, { ids }: { ids: number[] }) => untouched(db, ids)),
  wait: prepared((db, { ids }: { ids: number[] }) => untouched(db, ids).forUpdate()),
  skip: prepared((db, { ids }: { ids: number[] }) => untouched(db, ids).forUpdate().skipLocked()),
};

function untouched(db: Db, ids: readonly number[]) {
  return db
    .selectFrom('outbox')
    .select('id')
    .where('id', 'in', ids)
    .where('claims', '=', 0)
    .whereRef('due_at', '=', 'created_at');
}

/**
 * Locks the rows that still have to be handled, until the transaction ends. Waits for other transactions that hold one: a relay that notes
 * that the broker has it.
 */
export async function lockEvents(tx: Tx, ids: readonly number[]): Promise<Set<number>> {
  const rows = await (isSqlite(tx) ? rowsById : lockedById)(tx, { ids: [...ids] });
  return new Set(rows.map(({ id }) => id));
}

const rowsById = prepared((db, { ids }: { ids: number[] }) => byIds(db, ids));
const lockedById = prepared((db, { ids }: { ids: number[] }) => byIds(db, ids).forUpdate());

function byIds(db: Db, ids: readonly number[]) {
  return db.selectFrom('outbox').select('id').where('id', 'in', ids).orderBy('id');
}
