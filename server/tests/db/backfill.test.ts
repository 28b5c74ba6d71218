import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { migrateDown, migrateUp, noMigration } from '../../src/db/migrate.ts';
import { listTables } from '../../src/db/reset.ts';
import { crowdBatch, crowdSize, crowdSteps, failing } from '../support/crowd-steps.ts';
import { bareDatabase, type TestDatabase } from '../support/databases.ts';

const steps = crowdSteps();
const names = steps.map(({ name }) => name);
/** Steps on engines that write every change of a table to the disk, and a process of its own. */
const slow = { timeout: 60_000 };

const slowProcess = fileURLToPath(new URL('../support/migrate-slowly.ts', import.meta.url));

describe('the backfill of a migration', slow, () => {
  let test: TestDatabase;
  let database: Database;

  beforeEach(async () => {
    test = await bareDatabase(process.env.TEST_DATABASE);
    database = openDatabase(test.url);
  });

  afterEach(async () => {
    await database.close();
    test.release();
  });

  it('fills every row once, in batches, and says how far it is', async () => {
    const progress: Array<[string, number, number]> = [];
    const onProgress = (...told: [string, number, number]) => void progress.push(told);

    const { applied } = await migrateUp(database, undefined, { steps, onProgress });

    const batches = Array.from({ length: Math.floor(crowdSize / crowdBatch) }, (_, i) => i + 1);
    expect(applied).toEqual(names);
    expect(await fillsByCount()).toEqual({ 1: crowdSize });
    expect(progress).toEqual(batches.map((n) => ['0002-fills', n * crowdBatch, crowdSize]));
    expect(await listTables(database)).toEqual(['closing', 'crowd', 'migrations']);
  });

  it('goes on where a killed process ended, and fills no row twice', async () => {
    const migrator = spawn(process.execPath, [slowProcess, test.url], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let told = '';
    for await (const chunk of migrator.stdout) {
      told += chunk;
      if (told.split('\n').length > 4) break;
    }
    migrator.kill('SIGKILL');
    await once(migrator, 'exit');
    const half = await fillsByCount();
    const progress: number[] = [];

    const { applied } = await migrateUp(database, undefined, {
      steps,
      onProgress: (_, done) => void progress.push(done),
    });

    const filled = half[1] ?? 0;
    expect(filled).toBeGreaterThanOrEqual(4 * crowdBatch);
    expect(half[0]).toBe(crowdSize - filled);
    expect(applied).toEqual(names.slice(1));
    expect(progress[0]).toBe(filled + crowdBatch);
    expect(await fillsByCount()).toEqual({ 1: crowdSize });
  });

  it('is shared by two migrators at once', async () => {
    const other = openDatabase(test.url);

    const reports = await Promise.all([
      migrateUp(database, undefined, { steps }),
      migrateUp(other, undefined, { steps: crowdSteps() }),
    ]);
    await other.close();

    expect(reports.flatMap(({ applied }) => applied).sort()).toEqual(names);
    expect(await fillsByCount()).toEqual({ 1: crowdSize });
  });

  it('keeps the batches before the one that fails', async () => {
    const broken = crowdSteps(failing);

    const migrating = migrateUp(database, undefined, { steps: broken });

    await expect(migrating).rejects.toThrow(
      'The backfill of 0002-fills failed; the rows filled before are kept. To go on, run: ./rookery migrate up. The disk is full.',
    );
    expect(await fillsByCount()).toEqual({ 0: crowdSize - 3 * crowdBatch, 1: 3 * crowdBatch });
    expect((await migrateUp(database, undefined, { steps })).applied).toEqual(names.slice(1));
    expect(await fillsByCount()).toEqual({ 1: crowdSize });
  });

  it('can be reverted in the middle', async () => {
    const broken = crowdSteps(failing);
    await migrateUp(database, undefined, { steps: broken }).catch(() => {});

    const one = await migrateDown(database, undefined, { steps });
    const left = await listTables(database);
    await migrateUp(database, undefined, { steps });
    const all = await migrateDown(database, noMigration, { steps });

    expect(one.reverted).toEqual(['0002-fills']);
    expect(left).toEqual(['crowd', 'migrations']);
    expect(all.reverted).toEqual(names.toReversed());
  });

  /** How many rows were filled how often. */
  async function fillsByCount(): Promise<Record<number, number>> {
    const { rows } = await sql<{ fills: number; n: number }>`
      select fills, count(*) as n from crowd group by fills`.execute(database.kysely);
    return Object.fromEntries(rows.map(({ fills, n }) => [fills, n]));
  }
});
