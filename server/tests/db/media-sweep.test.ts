import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { variantSizes } from '../../src/domain/ports.ts';
import { aPicture } from '../support/given.ts';
import { type TestServer, testServer } from '../support/server.ts';

const hourMs = 3600 * 1000;
const options = {
  minAgeMs: 24 * hourMs,
  isDryRun: false,
  isForced: false,
  onProgress: () => {},
};

describe('a sweep of the stored pictures', () => {
  let server: TestServer;
  let files: string;

  beforeEach(async () => {
    server = await testServer();
    files = join(server.dataDir, 'blobs');
  });

  afterEach(() => server.close());

  it('deletes an object that no row names once it is old enough', async () => {
    const [old, young] = [original('a'), original('b')];
    await putAged(old, 25);
    await putAged(young, 23);

    const report = await server.app.sweepMedia(options);

    expect(report).toMatchObject({ objects: 2, orphans: 1, orphanBytes: 6, deleted: 1 });
    expect([await isThere(old), await isThere(young)]).toEqual([false, true]);
  });

  it('deletes the sizes of a picture that is gone', async () => {
    for (const size of variantSizes) await putAged(`variants/${'c'.repeat(32)}/${size}`, 25);

    const report = await server.app.sweepMedia(options);

    expect(report).toMatchObject({ orphans: variantSizes.length, deleted: variantSizes.length });
  });

  it('leaves a picture alone, however old', async () => {
    await aPicture(server, 'alice');
    await server.work();
    const keys = await storedKeys();
    for (const key of keys) await age(key, 1000);
    server.clock.advance(48 * hourMs);

    const report = await server.app.sweepMedia(options);

    expect(report).toEqual({
      objects: 5,
      orphans: 0,
      orphanBytes: 0,
      unkept: 0,
      deleted: 0,
      missing: [],
    });
    expect(await storedKeys()).toEqual(keys);
  });

  it('reports pictures whose objects are missing, and does not touch their rows', async () => {
    const mediaId = await aPicture(server, 'alice');
    await server.work();
    const row = await onlyRow();
    const small = `variants/${row.public_key}/small`;
    await server.app.blobs.delete(row.original_key);
    await server.app.blobs.delete(small);
    server.clock.advance(48 * hourMs);

    const report = await server.app.sweepMedia(options);

    expect(report.missing).toHaveLength(2);
    expect(report.missing).toContainEqual({ mediaId, key: row.original_key });
    expect(report.missing).toContainEqual({ mediaId, key: small });
    expect(await onlyRow()).toEqual(row);
  });

  it('misses nothing of a picture that has just come', async () => {
    await aPicture(server, 'alice');
    const { original_key } = await onlyRow();
    await server.app.blobs.delete(original_key);

    const { missing } = await server.app.sweepMedia(options);

    expect(missing).toEqual([]);
  });

  it('removes uploads that were never kept, but for those in flight', async () => {
    const left = await server.app.blobs.stage(chunks(), 100);
    const inFlight = await server.app.blobs.stage(chunks(), 100);
    await utimes(left.path, hoursAgo(25), hoursAgo(25));
    await utimes(inFlight.path, hoursAgo(1), hoursAgo(1));

    const report = await server.app.sweepMedia(options);

    expect(report).toMatchObject({ unkept: 1, deleted: 1 });
    expect((await readdir(join(files, 'tmp'))).map((name) => join(files, 'tmp', name))).toEqual([
      inFlight.path,
    ]);
  });

  it('only looks when it is asked to', async () => {
    await putAged(original('a'), 25);

    const report = await server.app.sweepMedia({ ...options, isDryRun: true });

    expect(report).toMatchObject({ orphans: 1, deleted: 0 });
    expect(await isThere(original('a'))).toBe(true);
  });

  it('deletes nothing where most objects have no row, unless it is forced', async () => {
    const keys = Array.from({ length: 101 }, (_, i) => original(i.toString(16)));
    for (const key of keys) await putAged(key, 25);

    const refused = server.app.sweepMedia(options);
    await expect(refused).rejects.toThrow('101 of 101 objects have no row');
    const kept = await storedKeys();
    const report = await server.app.sweepMedia({ ...options, isForced: true });

    expect(kept).toHaveLength(101);
    expect(report.deleted).toBe(101);
  });

  it('leaves alone what is not of its making', async () => {
    const foreign = [`originals/${'a'.repeat(20)}`, `backups/${'a'.repeat(32)}`];
    for (const key of foreign) await putAged(key, 1000);

    const report = await server.app.sweepMedia(options);

    expect(report).toMatchObject({ objects: 0, deleted: 0 });
    expect(await storedKeys()).toEqual(foreign.sort());
  });

  async function putAged(key: string, hours: number): Promise<void> {
    await server.app.blobs.put(key, Buffer.from('orphan'));
    await age(key, hours);
  }

  async function age(key: string, hours: number): Promise<void> {
    const path = join(files, key.replace(/^([a-z]+)\/(..)/, '$1/$2/$2'));
    await utimes(path, hoursAgo(hours), hoursAgo(hours));
  }

  function hoursAgo(hours: number): Date {
    return new Date(server.clock.now().getTime() - hours * hourMs);
  }

  async function isThere(key: string): Promise<boolean> {
    return (await server.app.blobs.read(key)) !== null;
  }

  async function storedKeys(): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of server.app.blobs.list('')) keys.push(key);
    return keys.sort();
  }

  function onlyRow() {
    return server.app.database.selectFrom('media').selectAll().executeTakeFirstOrThrow();
  }
});

function original(end: string): string {
  return `originals/${end.padStart(32, '0')}`;
}

async function* chunks() {
  yield Buffer.from('photo');
}
