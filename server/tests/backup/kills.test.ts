import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import { diskArchive } from '../../src/adapters/archives/disk.ts';
import { diskBlobs } from '../../src/adapters/blobs/disk.ts';
import { reopenMoved } from '../../src/backup/move.ts';
import { listBackupIds } from '../../src/backup/shelf.ts';
import { verifyBackup } from '../../src/backup/verify.ts';
import { findClosing } from '../../src/db/closed.ts';
import { openDatabase } from '../../src/db/database.ts';
import { dropTables, listTables } from '../../src/db/reset.ts';
import { withSnapshot } from '../../src/db/snapshot.ts';
import { run } from '../support/processes.ts';
import {
  bare,
  cleanUpSamples,
  engines,
  filledFolder,
  isThorough,
  steps,
  temporary,
} from './samples.ts';

const rounds = isThorough ? 20 : 2;
const verySlow = { timeout: isThorough ? 1_800_000 : 180_000 };
const manyBases = Array.from({ length: isThorough ? 15 : 4 }, (_, i) => 10 + i * 10);
const manyAccounts = 3 * manyBases.length;
const secret = { SECRET_KEY: '4f0c6d1be2a97385f1c0b6d47a92e38c' };

describe(`a process killed at ${rounds} random moments`, () => {
  afterEach(cleanUpSamples);

  it(
    'leaves whole backups alone, and nothing that the next one does not remove',
    verySlow,
    async () => {
      const [dataDir, place] = [await filledFolder(manyBases), temporary()];
      const environment = { ...secret, DATA_DIR: dataDir };
      const create = ['backup', 'create', place, '--without-keys'];
      const archive = diskArchive(place);
      const wholeMs = await timed(create, environment);
      for (let round = 1; round <= rounds; round += 1) await killed(create, environment, wholeMs);
      const listed = await listBackupIds(archive);

      const { code } = await ended(create, environment);

      const ids = await listBackupIds(archive);
      expect(code).toBe(0);
      expect(ids).toHaveLength(listed.length + 1);
      for (const id of [ids.at(0), ids.at(-1)]) {
        const needs = { archive, id: id ?? '', passphrase: null, steps, onProgress: () => {} };
        expect((await verifyBackup(needs)).problems).toEqual([]);
      }
      expect(await strays(place, ids)).toEqual([]);
    },
  );

  it('leaves the old state or the new one, when it restores a file', verySlow, async () => {
    const [source, target, place] = [
      await filledFolder(manyBases),
      await filledFolder([10]),
      temporary(),
    ];
    await ended(['backup', 'create', place, '--without-keys'], { ...secret, DATA_DIR: source });
    const restore = ['backup', 'restore', '--from', place];
    const wholeMs = await timed(restore, { ...secret, DATA_DIR: await filledFolder([10]) });
    for (let round = 1; round <= rounds; round += 1) {
      await killed(restore, { ...secret, DATA_DIR: target }, wholeMs);
      const state = await stateOf(target);
      expect([3, manyAccounts]).toContain(state.accounts);
      expect(state).toMatchObject({ integrity: 'ok', missing: [] });
    }

    const { code, output } = await ended(restore, { ...secret, DATA_DIR: target });

    expect([code, output]).toEqual([0, expect.stringContaining('restored')]);
    expect(await stateOf(target)).toEqual({ accounts: manyAccounts, integrity: 'ok', missing: [] });
  });

  it.each(isThorough ? engines.slice(1) : [])(
    'leaves a database on %s usable, or closed with the way out, when it restores that',
    verySlow,
    async (engine) => {
      const [source, place, url] = [await filledFolder(manyBases), temporary(), await bare(engine)];
      await ended(['backup', 'create', place, '--without-keys'], { ...secret, DATA_DIR: source });
      const environment = { ...secret, DATA_DIR: temporary(), DATABASE_URL: url };
      const id = (await listBackupIds(diskArchive(place)))[0] ?? '';
      const restore = ['backup', 'restore', id, '--from', place, '--replace'];
      const wholeMs = await timed(restore, environment);
      for (let round = 1; round <= rounds; round += 1) {
        await killed(restore, environment, wholeMs);
        expect(await serverState(url)).toMatch(/^\d+ accounts$|^closed: .*backup restore/);
      }

      const { code, output } = await ended(restore, environment);

      expect([code, output]).toEqual([0, expect.stringContaining('restored')]);
      expect(await serverState(url)).toBe(`${manyAccounts} accounts`);
    },
  );

  it.each(isThorough ? [...engines.slice(1), 'sqlite'] : ['sqlite'])(
    'leaves a move to %s that can be repeated, and at no time two open databases',
    verySlow,
    async (engine) => {
      const [dataDir, url] = [await filledFolder(manyBases), await bare(engine)];
      const source = `sqlite:${join(dataDir, 'rookery.sqlite')}`;
      const move = ['move', '--to', url];
      const wholeMs = await timed(move, {
        ...secret,
        DATA_DIR: await filledFolder(manyBases),
      });
      await emptied(url);
      for (let round = 1; round <= rounds; round += 1) {
        await killed(move, { ...secret, DATA_DIR: dataDir }, wholeMs);
        const [from, to] = [await serverState(source), await serverState(url)];
        const isDone = /has moved to/.test(from);
        expect([from, to]).toEqual([
          isDone ? expect.anything() : `${manyAccounts} accounts`,
          expect.stringMatching(isDone ? /accounts$|not finished/ : /^no tables$|not finished/),
        ]);
        if (isDone && to.endsWith('accounts')) {
          // It was faster than the kill: back to the beginning.
          await reopenMoved(source);
          await emptied(url);
        }
      }

      const { code, output } = await ended(move, { ...secret, DATA_DIR: dataDir });

      expect([code, output]).toEqual([0, expect.stringContaining('same checksums')]);
      expect(await serverState(source)).toContain('has moved to');
      expect(await serverState(url)).toBe(`${manyAccounts} accounts`);
    },
  );
});

async function ended(args: string[], environment: Record<string, string>) {
  const running = run(args, environment);
  const code = await new Promise<number | null>((resolve) =>
    running.process.once('close', resolve),
  );
  return { code, output: running.output() };
}

/** How long it takes when nobody kills it. */
async function timed(args: string[], environment: Record<string, string>): Promise<number> {
  const start = performance.now();
  const { code, output } = await ended(args, environment);
  expect([code, output]).toEqual([0, expect.anything()]);
  return performance.now() - start;
}

async function killed(
  args: string[],
  environment: Record<string, string>,
  wholeMs: number,
): Promise<void> {
  const running = run(args, environment);
  await sleep(wholeMs * (0.2 + 0.8 * Math.random()));
  await running.end('SIGKILL');
}

type State = { accounts: number; integrity: string; missing: string[] };

/** Opens a data folder as the next start of the server would. */
async function stateOf(dataDir: string): Promise<State> {
  mkdirSync(dataDir, { recursive: true });
  const url = `sqlite:${join(dataDir, 'rookery.sqlite')}`;
  const database = openDatabase(url);
  const blobs = diskBlobs(join(dataDir, 'blobs'));
  try {
    const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(
      database.kysely,
    );
    const accounts = await database.selectFrom('accounts').select('id').execute();
    const media = await database.selectFrom('media').select('original_key').execute();
    const missing: string[] = [];
    for (const { original_key: key } of media) if (!(await blobs.read(key))) missing.push(key);
    return { accounts: accounts.length, integrity: rows[0]?.integrity_check ?? '', missing };
  } finally {
    await database.close();
  }
}

async function emptied(url: string): Promise<void> {
  const database = openDatabase(url, 1, { isPatient: true });
  await dropTables(database);
  await database.close();
}

async function serverState(url: string): Promise<string> {
  const database = openDatabase(url, 1);
  try {
    const closing = await findClosing(database);
    if (closing) return `closed: ${closing.advice}`;
    if (!(await listTables(database)).includes('accounts')) return 'no tables';
  } finally {
    await database.close();
  }
  const shape = { name: 'accounts', kind: 'content', key: ['id'], columns: [] } as const;
  return withSnapshot(url, async (snapshot) => `${await snapshot.countRows(shape)} accounts`);
}

/** Files in the folder of backups that belong to none of them. */
async function strays(place: string, ids: readonly string[]): Promise<string[]> {
  const names: string[] = [];
  for await (const name of diskArchive(place).list('')) names.push(name);
  return names.filter(
    (name) => !name.startsWith('objects/') && !ids.some((id) => name.startsWith(`backups/${id}/`)),
  );
}
