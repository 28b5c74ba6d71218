import { afterEach, describe, expect, it } from 'vitest';
import { compareTables } from '../../src/backup/load.ts';
import { verifyBackup } from '../../src/backup/verify.ts';
import { openDatabase } from '../../src/db/database.ts';
import { schemaProblems } from '../../src/db/migrate.ts';
import { type Rows, sampleRows } from '../support/sample-rows.ts';
import {
  backUp,
  bare,
  cleanUpSamples,
  engines,
  filled,
  isThorough,
  newArchive,
  newBlobs,
  nextEngine,
  restore,
  slow,
  steps,
} from './samples.ts';

describe.each(engines)('a backup of %s', (engine) => {
  afterEach(cleanUpSamples);

  it('has every row and every picture, and can be restored on another engine', slow, async () => {
    const source = { ...(await filled(engine)), archive: newArchive() };
    const { manifest } = await backUp(source);
    const verified = await verify(source.archive, manifest.id);
    const target = { ...source, url: await bare(nextEngine(engine)), blobs: newBlobs() };

    const report = await restore(target, manifest.id);

    expect(manifest).toMatchObject({ engine, objects: { count: 9, copied: 9, missing: 0 } });
    expect(countsOf(manifest.tables)).toEqual(countsOf(sampleRows()));
    expect(verified.problems).toEqual([]);
    expect(verified).toMatchObject({ objects: 9, keys: 'left out' });
    expect(report.objects).toEqual({ written: 9, present: 0, problems: [] });
    expect(await compareTables(target.url, content(manifest.tables))).toEqual([]);
    expect(await keysOf(target.blobs)).toEqual(await keysOf(source.blobs));
    expect(await problemsOf(target.url)).toEqual([]);
  });

  it.runIf(engine === 'sqlite' || isThorough)('copies pictures only once', slow, async () => {
    const source = { ...(await filled(engine)), archive: newArchive() };
    await backUp(source);

    const { manifest } = await backUp(source);

    expect(manifest.objects).toMatchObject({ count: 9, copied: 0 });
    expect((await verify(source.archive, manifest.id)).problems).toEqual([]);
  });
});

function verify(archive: ReturnType<typeof newArchive>, id: string) {
  return verifyBackup({ archive, id, passphrase: null, steps, onProgress: () => {} });
}

/** Counters are raised by a restore. */
function content<T extends { kind: string }>(tables: readonly T[]): T[] {
  return tables.filter(({ kind }) => kind !== 'counter');
}

function countsOf(of: Rows | ReadonlyArray<{ name: string; rows: number }>) {
  const counts = Array.isArray(of)
    ? of.map(({ name, rows }) => [name, rows])
    : Object.entries(of as Rows).map(([name, rows]) => [name, rows.length]);
  return Object.fromEntries(counts.filter(([name]) => name !== 'broadcasts'));
}

async function keysOf(blobs: ReturnType<typeof newBlobs>): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of blobs.list('')) keys.push(key);
  return keys.sort();
}

async function problemsOf(url: string): Promise<string[]> {
  const database = openDatabase(url);
  try {
    return await schemaProblems(database);
  } finally {
    await database.close();
  }
}
