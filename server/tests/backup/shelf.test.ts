import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { keepRuleOf, keptBackups } from '../../src/backup/keep.ts';
import { withLease } from '../../src/backup/lease.ts';
import { findBackup, listBackupIds, newestBackups, noteVerified } from '../../src/backup/shelf.ts';
import { verifyBackup } from '../../src/backup/verify.ts';
import { closeDatabase } from '../../src/db/closed.ts';
import { openDatabase } from '../../src/db/database.ts';
import { backUp, cleanUpSamples, filled, hexOf, newArchive, slow, steps } from './samples.ts';

describe('which backups are kept', () => {
  const daily = Array.from({ length: 400 }, (_, i) => {
    const time = new Date(Date.UTC(2026, 5, 30 - i, 3, 30)).toISOString();
    return { id: time.slice(0, 10), takenAt: time };
  });

  it('one of each of the last days, weeks and months', () => {
    const kept = [...keptBackups(daily, keepRuleOf('3d,3w,3m'))].sort();

    // 30 June is a Tuesday, 28 and 21 June are Sundays.
    expect(kept).toEqual([
      '2026-04-30',
      '2026-05-31',
      '2026-06-21',
      '2026-06-28',
      '2026-06-29',
      '2026-06-30',
    ]);
  });

  it('the latest of a day, and always the newest', () => {
    const two = [
      { id: 'a', takenAt: '2026-06-01T03:00:00.000Z' },
      { id: 'b', takenAt: '2026-06-01T15:00:00.000Z' },
    ];

    expect([...keptBackups(two, keepRuleOf('1d'))]).toEqual(['b']);
    expect([...keptBackups(two, [])]).toEqual(['b']);
    expect([...keptBackups([], keepRuleOf('1d'))]).toEqual([]);
  });

  it('days without a backup do not count', () => {
    const sparse = daily.filter((_, i) => i % 10 === 0);

    expect(keptBackups(sparse, keepRuleOf('5d')).size).toBe(5);
  });

  it.each(['', '7', 'd', '0d', '7d,', '7x', '-1d', '7d 4w'])('“%s” is no rule', (text) => {
    expect(() => keepRuleOf(text)).toThrow('does not say which backups to keep');
  });
});

describe('a folder of backups', () => {
  afterEach(cleanUpSamples);

  it('knows its newest backup, and the newest that was verified', slow, async () => {
    const source = { ...(await filled('sqlite')), archive: newArchive() };
    const none = await newestBackups(source.archive);
    const { manifest } = await backUp(source);
    const made = await newestBackups(source.archive);
    await noteVerified(source.archive, manifest.id);
    const verified = await newestBackups(source.archive);

    const { takenAt } = manifest;
    expect(none).toEqual({ made: null, verified: null });
    expect(made).toEqual({ made: takenAt, verified: null });
    expect(verified).toEqual({ made: takenAt, verified: takenAt });
  });

  it('loses old backups and the pictures that only they had', slow, async () => {
    const source = { ...(await filled('sqlite')), archive: newArchive() };
    const first = await backUp(source);
    await forgetPicture(source.url, 11);

    const second = await backUp(source, { keep: keepRuleOf('1d') });

    expect(second.pruned).toEqual([first.manifest.id]);
    expect(await listBackupIds(source.archive)).toEqual([second.manifest.id]);
    expect(await objectsIn(source)).toHaveLength(6);
    const options = { passphrase: null, steps, onProgress: () => {} };
    const { problems } = await verifyBackup({
      archive: source.archive,
      id: second.manifest.id,
      ...options,
    });
    expect(problems).toEqual([]);
  });

  it('keeps all pictures while one of its backups is damaged', slow, async () => {
    const source = { ...(await filled('sqlite')), archive: newArchive() };
    const { manifest } = await backUp(source);
    writeFileSync(join(source.archive.place, 'backups', manifest.id, 'manifest.json'), '{');
    await forgetPicture(source.url, 11);

    const { warnings } = await backUp(source, { keep: keepRuleOf('1d') });

    expect(warnings).toEqual([
      expect.stringContaining(`The manifest of ${manifest.id} is damaged`),
    ]);
    expect(await objectsIn(source)).toHaveLength(9);
  });

  it('is cleaned of what a killed backup left', slow, async () => {
    const source = { ...(await filled('sqlite')), archive: newArchive() };
    const remains = 'backups/20260601T120000Z-abcd/tables/posts.ndjson.gz';
    for (const name of [remains, 'objects/00/half'])
      await (await source.archive.stage(bytes())).keep(name);
    await source.archive.stage(bytes());

    await backUp(source, { keep: keepRuleOf('1d') });

    const names: string[] = [];
    for await (const name of source.archive.list('')) names.push(name);
    expect(names.filter((name) => /20260601|half|^tmp/.test(name))).toEqual([]);
    expect(readdirSync(join(source.archive.place, 'tmp'))).toEqual([]);
  });

  it('is written by one process at a time', slow, async () => {
    const source = { ...(await filled('sqlite')), archive: newArchive() };

    await withLease(source.archive, async () => {
      await expect(backUp(source)).rejects.toThrow('is in use by process');
    });
    const { manifest } = await backUp(source);

    expect(await findBackup(source.archive, 'latest')).toBe(manifest.id);
    await expect(findBackup(source.archive, '2020')).rejects.toThrow('has no backup 2020');
  });

  it('gets no backup of a database that is half filled', slow, async () => {
    const source = { ...(await filled('sqlite')), archive: newArchive() };
    const database = openDatabase(source.url);
    await closeDatabase(database, { state: 'filling', advice: 'Finish it first.' });
    await database.close();

    await expect(backUp(source)).rejects.toThrow('Finish it first.');
    expect(await listBackupIds(source.archive)).toEqual([]);
  });

  it('leads nowhere out of itself', async () => {
    await expect(newArchive().open('../secret')).rejects.toThrow('is no name of a backup');
  });

  it(
    'tells a picture that was deleted meanwhile from one that was missing before',
    slow,
    async () => {
      const source = { ...(await filled('sqlite')), archive: newArchive() };
      await source.blobs.delete(`originals/${hexOf(10, 1)}`);
      const blobs = {
        ...source.blobs,
        async open(key: string) {
          // As the server does when its owner deletes a picture: the row first.
          if (key === `originals/${hexOf(10, 2)}`) {
            await forgetPicture(source.url, 13);
            await source.blobs.delete(key);
          }
          return source.blobs.open(key);
        },
      };

      const { manifest, warnings } = await backUp({ ...source, blobs });

      expect(manifest.objects).toMatchObject({ count: 9, deletedMeanwhile: 1, missing: 1 });
      expect(warnings).toEqual(['1 files that rows name are not in the store.']);
      const { archive } = source;
      const options = { archive, id: manifest.id, passphrase: null, steps, onProgress: () => {} };
      expect((await verifyBackup(options)).problems).toEqual([]);
    },
  );
});

async function* bytes() {
  yield Buffer.from('half');
}

async function forgetPicture(url: string, id: number): Promise<void> {
  const database = openDatabase(url);
  await database.transaction((tx) => tx.deleteFrom('media').where('id', '=', id).execute());
  await database.close();
}

async function objectsIn({
  archive,
}: {
  archive: ReturnType<typeof newArchive>;
}): Promise<string[]> {
  const names: string[] = [];
  for await (const name of archive.list('objects/')) names.push(name);
  return names;
}
