import SqliteFile from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { type MoveNeeds, moveEverything, reopenMoved } from '../../src/backup/move.ts';
import { openDatabase } from '../../src/db/database.ts';
import { schemaProblems } from '../../src/db/migrate.ts';
import { sqliteFileOf } from '../../src/db/sqlite-file.ts';
import type { BlobStore } from '../../src/domain/ports.ts';
import { bare, cleanUpSamples, engines, filled, newBlobs, slow, steps } from './samples.ts';

describe('a move', () => {
  afterEach(cleanUpSamples);

  it(`leads through ${engines.join(', ')} and back with the same checksums`, slow, async () => {
    const first = await filled('sqlite');
    const [urls, sums] = [[first.url], [] as string[]];
    for (const engine of [...engines.slice(1), 'sqlite']) {
      const [from = '', to] = [urls.at(-1), await bare(engine)];
      const { tables } = await move({ url: from, blobs: first.blobs }, { url: to });
      sums.push(JSON.stringify(tables));
      urls.push(to);
    }

    expect(new Set(sums).size).toBe(1);
    expect(sums[0]).toContain('"rows":3');
    expect(await problemsOf(urls.at(-1) ?? '')).toEqual([]);
    for (const url of urls.slice(0, -1)) {
      expect(await problemsOf(url)).toEqual([expect.stringContaining('has moved to')]);
    }
    expect(await reopenMoved(first.url)).toBe(true);
    expect(await problemsOf(first.url)).toEqual([]);
  });

  it('takes the pictures along, and can be repeated', slow, async () => {
    const [source, blobs] = [await filled('sqlite'), newBlobs()];
    await blobs.put(`originals/${'0'.repeat(32)}`, Buffer.from('of somebody else'));

    const once = await move(source, { blobs });
    const again = await move(source, { blobs });

    expect(once.objects).toEqual({ written: 9, present: 0, missing: [] });
    expect(again.objects).toEqual({ written: 0, present: 9, missing: [] });
  });

  it('refuses a target that has rows, and the source itself', slow, async () => {
    const [source, other] = [await filled('sqlite'), await filled('sqlite')];

    await expect(move(source, { url: other.url })).rejects.toThrow('The target is not empty');
    await expect(move(source, { url: source.url })).rejects.toThrow('are the same database');
    expect(await problemsOf(source.url)).toEqual([]);
    expect(await problemsOf(other.url)).toEqual([]);
  });

  it('refuses while a server works on the source', slow, async () => {
    const source = await filled('sqlite');
    const server = openDatabase(source.url);
    await schemaProblems(server);
    server.takeWorkerSeat();

    await expect(move(source, { url: await bare('sqlite') })).rejects.toThrow('Stop it first');
    await server.close();
  });

  it(
    'is refused when the source was written meanwhile, and works when repeated',
    slow,
    async () => {
      const [source, target] = [await filled('sqlite'), await bare('sqlite')];
      const onProgress = (step: string) => {
        if (step === 'checking target') writeIn(source.url);
      };
      const broken = move(source, { url: target }, { onProgress });

      await expect(broken).rejects.toThrow(
        'was written while it was moved: rows of accounts differ',
      );
      expect(await problemsOf(source.url)).toEqual([]);
      expect(await problemsOf(target)).toEqual([expect.stringContaining('has not finished')]);
      await move(source, { url: target });
      expect(await problemsOf(target)).toEqual([]);
    },
  );
});

function move(
  { url, blobs }: { url: string; blobs: BlobStore },
  to: { url?: string; blobs?: BlobStore },
  more: Partial<MoveNeeds> = {},
) {
  return moveEverything({
    from: { databaseUrl: url, blobs },
    to: { databaseUrl: to.url ?? null, blobs: to.blobs ?? null, place: 'the new database' },
    isForced: false,
    isCopy: false,
    steps,
    onProgress: () => {},
    ...more,
  });
}

function writeIn(url: string): void {
  const file = new SqliteFile(sqliteFileOf(url));
  file.exec("UPDATE accounts SET bio = 'written meanwhile' WHERE id = 11");
  file.close();
}

async function problemsOf(url: string): Promise<string[]> {
  const database = openDatabase(url);
  try {
    return await schemaProblems(database);
  } finally {
    await database.close();
  }
}
