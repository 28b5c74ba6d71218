import { afterEach, describe, expect, it } from 'vitest';
import { dumpTables, sumsOf } from '../../src/backup/dump.ts';
import { fileOf, newBackupId, writeManifest } from '../../src/backup/manifest.ts';
import { writePart } from '../../src/backup/parts.ts';
import { openDatabase } from '../../src/db/database.ts';
import { migrateUp } from '../../src/db/migrate.ts';
import { withSnapshot } from '../../src/db/snapshot.ts';
import { copiedTables, type TableShape } from '../../src/db/tables/shape.ts';
import { readColumns } from '../support/database-shape.ts';
import { insertRows } from '../support/insert-rows.ts';
import { type Rows, sampleRows } from '../support/sample-rows.ts';
import {
  backUp,
  bare,
  cleanUpSamples,
  filled,
  isThorough,
  newArchive,
  newBlobs,
  restore,
  slow,
  steps,
} from './samples.ts';

const olderSteps = steps.slice(0, -1);

describe('a backup of an older version', () => {
  afterEach(cleanUpSamples);

  it.each(isThorough ? olderSteps : olderSteps.filter((_, i) => i % 5 === 1))(
    'of %s is restored as if its database had been upgraded',
    slow,
    async (version) => {
      const [url, archive, id] = [await bare('sqlite'), newArchive(), newBackupId(new Date())];
      const shapes = await fillAt(url, version);
      await saveAs({ url, archive, id, shapes });
      const target = await bare('sqlite');

      await restore({ url: target, blobs: newBlobs(), archive }, id);

      const upgraded = openDatabase(url);
      await migrateUp(upgraded);
      await upgraded.close();
      // A restore asks for pictures again, and raises counters.
      const same = copiedTables.filter(({ name }) => !['outbox', 'id_ranges'].includes(name));
      expect(await checksums(target, same)).toEqual(await checksums(url, same));
    },
  );

  it('is made by that version alone, and a newer one is refused', slow, async () => {
    const [url, archive] = [await bare('sqlite'), newArchive()];
    await fillAt(url, '0010-hidden-content');
    const refused = backUp({ url, blobs: newBlobs(), archive });

    await expect(refused).rejects.toThrow('The database lacks 0011-pictures');
    const source = { ...(await filled('sqlite')), archive };
    const { manifest } = await backUp(source);
    const newer = newBackupId(new Date());
    await writeManifest(archive, { ...manifest, id: newer, steps: [...steps, '9999-later'] });
    const target = { url: await bare('sqlite'), blobs: newBlobs(), archive };
    await expect(restore(target, newer)).rejects.toThrow('9999-later, which this version does not');
  });

  it('brings a picture back to the worker whose event a broker had', slow, async () => {
    const source = { ...(await filled('sqlite')), archive: newArchive() };
    const database = openDatabase(source.url);
    const state = { state: 'processing', variants: '[]' } as const;
    await database.transaction((tx) =>
      tx.updateTable('media').set(state).where('id', '=', 12).execute(),
    );
    await database.close();
    const { manifest } = await backUp(source);
    const target = await bare('sqlite');

    await restore({ ...source, url: target }, manifest.id);

    const restored = openDatabase(target);
    const events = await restored
      .selectFrom('outbox')
      .select('payload')
      .where('topic', '=', 'media.uploaded')
      .execute();
    await restored.close();
    expect(events).toEqual([{ payload: '{"mediaId":12}' }]);
  });
});

/** Makes the database of a version, with rows. Returns the tables as that version described them. */
async function fillAt(url: string, version: string): Promise<TableShape[]> {
  const database = openDatabase(url);
  await migrateUp(database, version);
  const known = Object.groupBy(await readColumns(database), ({ table }) => table);
  const has = (table: string, column: string) =>
    known[table]?.some((shape) => shape.column === column) ?? false;
  const rows: Rows = Object.fromEntries(
    Object.entries(sampleRows(10))
      .filter(([table]) => known[table])
      .map(([table, some]) => [
        table,
        some.map((row) =>
          Object.fromEntries(Object.entries(row).filter(([column]) => has(table, column))),
        ),
      ]),
  );
  await insertRows(database, rows);
  await database.close();
  return copiedTables
    .filter(({ name }) => known[name])
    .map((table) => ({
      ...table,
      columns: table.columns.filter((column) => has(table.name, column.name)),
    }));
}

type Old = {
  url: string;
  archive: ReturnType<typeof newArchive>;
  id: string;
  shapes: TableShape[];
};

/** What the program of that version would have written. */
async function saveAs({ url, archive, id, shapes }: Old): Promise<void> {
  const list = await writePart(archive, fileOf(id, 'objects.ndjson.gz'), nothing());
  await withSnapshot(url, async (snapshot) => {
    const tables = await dumpTables(snapshot, shapes, {
      archive,
      id,
      onProgress: () => {},
      isCounting: false,
    });
    const noObjects = { count: 0, bytes: 0, copied: 0, copiedBytes: 0 };
    await writeManifest(archive, {
      id,
      takenAt: '2026-06-01T12:00:00.000Z',
      finishedAt: '2026-06-01T12:00:00.000Z',
      program: '0.0.9',
      engine: snapshot.engine,
      steps: [...snapshot.steps],
      tables,
      objects: { list, ...noObjects, deletedMeanwhile: 0, missing: 0 },
      keys: null,
    });
  });
}

async function* nothing(): AsyncGenerator<string> {}

function checksums(url: string, tables: readonly TableShape[]): Promise<string[]> {
  return withSnapshot(url, async (snapshot) => {
    const sums = await sumsOf(snapshot, tables);
    return [...sums].map(([name, { rows, checksum }]) => `${name} ${rows} ${checksum}`);
  });
}
