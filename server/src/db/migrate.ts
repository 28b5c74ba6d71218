import type { Kysely } from 'kysely';
import { type BackfillPlace, continueBackfill, forgetBackfill, hasBegun } from './backfill.ts';
import { findClosing } from './closed.ts';
import type { Database } from './database.ts';
import { isMissingTable } from './dialects.ts';
import { DatabaseError } from './errors.ts';
import { withSchemaLock } from './migration-lock.ts';
import { migrations } from './migrations/index.ts';
import type { Migration } from './migrations/migration.ts';

export type MigrationState = { name: string; appliedAt: string | null };

export type MigrationReport = { applied: string[]; reverted: string[] };

export type MigrationOptions = {
  /** Called after each batch of a backfill with more to do: how many rows are filled, of about how many. */
  onProgress?: (step: string, done: number, total: number) => void;
  /** In place of the steps of this program, for tests. */
  steps?: readonly Migration[];
};

/** Which steps a database has taken; in the form that Kysely's own migrator writes. */
type Book = { migrations: { name: string; timestamp: string } };

/** Where `down` ends that reverts every step. */
export const noMigration = 'none';

/**
 * Applies every step that is missing, or those up to and including `to`; never reverts one. Of several migrators at
 * once, one works and the others find the work done. A large backfill is committed batch by batch: after a crash, the next
 * call goes on where it ended.
 */
export async function migrateUp(
  database: Database,
  to?: string,
  { steps = migrations, onProgress = () => {} }: MigrationOptions = {},
): Promise<MigrationReport> {
  const last = to === undefined ? steps.length : positionOf(steps, to) + 1;
  const applied: string[] = [];
  for (;;) {
    const round = await change(database, steps, (db, known) =>
      applySome(database, db, steps.slice(known.length, last)),
    );
    applied.push(...round.applied);
    if (!round.unfinished) return { applied, reverted: [] };
    const { step, done, total } = round.unfinished;
    onProgress(step, done, total ?? done);
  }
}

type Round = { applied: string[]; unfinished: ({ step: string } & BackfillPlace) | null };

/** Applies steps, up to the first that leaves rows to another transaction. */
async function applySome(
  database: Database,
  db: Kysely<unknown>,
  steps: readonly Migration[],
): Promise<Round> {
  const applied: string[] = [];
  for (const step of steps) {
    const begin = () => run(database, step, () => step.up(db));
    const { name, backfill } = step;
    if (backfill) {
      const place = await fill(step, () => continueBackfill(db, { name, backfill, begin }));
      if (!place.isLast) return { applied, unfinished: { step: name, ...place } };
    } else await begin();
    await note(db, step);
    if (backfill) await forgetBackfill(db);
    applied.push(name);
  }
  return { applied, unfinished: null };
}

/** Reverts the latest migration, or all after `to`, with their data. `to` itself stays. */
export function migrateDown(
  database: Database,
  to?: string,
  { steps = migrations }: Pick<MigrationOptions, 'steps'> = {},
): Promise<MigrationReport> {
  return change(database, steps, async (db, applied) => {
    const next = steps[applied.length];
    const isHalf = next?.backfill !== undefined && (await hasBegun(db, next.name));
    const count = applied.length + (isHalf ? 1 : 0);
    const kept = to === undefined ? count - 1 : positionOf(steps, to) + 1;
    const surplus = steps.slice(Math.max(0, kept), count).reverse();
    for (const step of surplus) {
      await run(database, step, () => step.down(db));
      await bookOf(db).deleteFrom('migrations').where('name', '=', step.name).execute();
      if (isHalf && step === next) await forgetBackfill(db);
    }
    return { applied: [], reverted: surplus.map(({ name }) => name) };
  });
}
/** Notes the steps up to and including `to` as applied, without running them. Returns those that were not before. */
export function stampMigrations(database: Database, to: string): Promise<string[]> {
  return change(database, migrations, async (db, known) => {
    const missing = migrations.slice(known.length, positionOf(migrations, to) + 1);
    for (const step of missing) await note(db, step);
    return missing.map(({ name }) => name);
  });
}

/** What keeps this program from using the database as it is, each with what to do; empty when nothing does. */
export async function schemaProblems(database: Database): Promise<string[]> {
  const closing = await findClosing(database);
  if (closing) return [closing.advice];
  const applied = (await migrationHistory(database)).map(({ name }) => name);
  const missing = migrations.map(({ name }) => name).filter((name) => !applied.includes(name));
  if (missing.length > 0) {
    return [`The database lacks ${missing.join(', ')}. Run: ./rookery migrate up`];
  }
  return unknownOf(migrations, applied).map(newerVersionHas);
}

/** Every step that this program knows, with the time at which the database took it. */
export async function migrationStates(database: Database): Promise<MigrationState[]> {
  const history = await migrationHistory(database);
  const times = new Map(history.map(({ name, appliedAt }) => [name, appliedAt]));
  return migrations.map(({ name }) => ({ name, appliedAt: times.get(name) ?? null }));
}

/** Every step that the database took, first to last; also those that this program does not know. */
export async function migrationHistory(
  database: Database,
): Promise<Array<{ name: string; appliedAt: string }>> {
  const rows = await readBook(bookOf(database.kysely)).catch((error: unknown) => {
    if (isMissingTable(error)) return [];
    throw error;
  });
  return rows.map(({ name, timestamp }) => ({ name, appliedAt: timestamp }));
}

/** Runs `work` with the steps that the database has taken, while nobody else changes the schema. */
function change<T>(
  database: Database,
  steps: readonly Migration[],
  work: (db: Kysely<unknown>, applied: readonly string[]) => Promise<T>,
): Promise<T> {
  return withSchemaLock(database, async (db) => {
    await createBook(db);
    return work(
      db,
      inOrder(
        steps,
        (await readBook(bookOf(db))).map(({ name }) => name),
      ),
    );
  });
}

async function run({ engine }: Database, { name }: Migration, step: () => Promise<void>) {
  try {
    await step();
  } catch (error) {
    const outcome =
      engine === 'mysql'
        ? 'MySQL cannot take back what it did before it failed: restore the backup, or finish by hand and run: ./rookery migrate stamp'
        : 'nothing of it was kept';
    const reason = error instanceof Error ? error.message : String(error);
    throw new DatabaseError(`The migration of ${name} failed; ${outcome}. ${reason}`, error);
  }
}

/** Runs a batch of a backfill; what goes wrong in `begin` is said by `run`. */
async function fill<T>({ name }: Migration, batch: () => Promise<T>): Promise<T> {
  try {
    return await batch();
  } catch (error) {
    if (error instanceof DatabaseError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const outcome = 'the rows filled before are kept. To go on, run: ./rookery migrate up';
    throw new DatabaseError(`The backfill of ${name} failed; ${outcome}. ${reason}`, error);
  }
}

/** The names as they are, if they are the first of the list without a gap. */
function inOrder(steps: readonly Migration[], applied: readonly string[]): readonly string[] {
  const [unknown] = unknownOf(steps, applied);
  if (unknown !== undefined) throw new DatabaseError(newerVersionHas(unknown));
  const gap = steps.slice(0, applied.length).find(({ name }) => !applied.includes(name));
  if (gap)
    throw new DatabaseError(
      `The database lacks ${gap.name} and has a later step. Nothing was done.`,
    );
  return applied;
}

function unknownOf(steps: readonly Migration[], applied: readonly string[]): string[] {
  return applied.filter((name) => !steps.some((known) => known.name === name));
}

function newerVersionHas(name: string): string {
  return `The database has ${name}, which this version does not know. Start a newer version.`;
}

/** Place of a step in the list, before the first for none. @throws DatabaseError when there is no such step */
function positionOf(steps: readonly Migration[], name: string): number {
  const position = steps.findIndex((known) => known.name === name);
  if (position < 0 && name !== noMigration)
    throw new DatabaseError(`No migration is called ${name}.`);
  return position;
}

function bookOf(kysely: unknown): Kysely<Book> {
  return kysely as Kysely<Book>;
}

async function createBook(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('migrations')
    .ifNotExists()
    .addColumn('name', 'varchar(255)', (c) => c.notNull().primaryKey())
    .addColumn('timestamp', 'varchar(255)', (c) => c.notNull())
    .execute();
}

function readBook(db: Kysely<Book>): Promise<Array<Book['migrations']>> {
  return db.selectFrom('migrations').selectAll().orderBy('timestamp').orderBy('name').execute();
}

async function note(db: Kysely<unknown>, { name }: Migration): Promise<void> {
  const timestamp = new Date().toISOString();
  await bookOf(db).insertInto('migrations').values({ name, timestamp }).execute();
}
