import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { CreateMultipartUploadCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { diskBlobs } from '../../src/adapters/blobs/disk.ts';
import { s3Blobs } from '../../src/adapters/blobs/s3.ts';
import { type S3Options, s3Client } from '../../src/adapters/blobs/s3-client.ts';
import type { BlobStore } from '../../src/domain/ports.ts';
import { emptyBucket, s3Problem, s3StartMs } from '../support/s3.ts';

type Store = {
  blobs: BlobStore;
  /** Where uploads wait until they are kept. */
  uploads: string;
  /** Puts something there that is not ours. */
  putForeign: (name: string) => Promise<unknown>;
};

const stores: Array<[name: string, problem: string | null, open: () => Promise<Store>]> = [
  ['on disk', null, openDisk],
  ['in S3', s3Problem, async () => openS3(await emptyBucket())],
];

const folders: string[] = [];

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

describe.each(stores)('blobs %s', (_name, problem, open) => {
  let store: Store;
  let blobs: BlobStore;
  let key: string;

  beforeAll(async () => {
    if (problem === null) store = await open();
  }, s3StartMs);

  beforeEach(({ skip }) => {
    skip(problem !== null, problem ?? '');
    ({ blobs } = store);
    key = newKey();
  });

  afterAll(() => store?.blobs.close());

  it('gives back what was put, byte by byte', async () => {
    const bytes = randomBytes(100_000);
    await blobs.put(key, bytes);

    const read = await blobs.read(key);
    const streamed = await bytesOf(await blobs.open(key));

    expect(bytes.equals(read ?? Buffer.alloc(0))).toBe(true);
    expect(bytes.equals(streamed)).toBe(true);
  });

  it('gives back several that were put together, in one folder and in two', async () => {
    const all = ['small', 'medium'].map((size) => `${key}/${size}`).concat(newKey());
    await blobs.putAll(all.map((each) => ({ key: each, bytes: Buffer.from(each) })));

    const read = await Promise.all(all.map((each) => blobs.read(each)));

    expect(read.map(String)).toEqual(all);
  });

  it('keeps an empty blob', async () => {
    await blobs.put(key, new Uint8Array());

    expect((await blobs.read(key))?.length).toBe(0);
  });

  it('gives a part of a blob, with both of its ends', async () => {
    await blobs.put(key, Buffer.from('0123456789'));

    const middle = await bytesOf(await blobs.open(key, { start: 2, end: 5 }));
    const first = await bytesOf(await blobs.open(key, { start: 0, end: 0 }));

    expect([String(middle), String(first)]).toEqual(['2345', '0']);
  });

  it('says null for what is not there', async () => {
    const answers = [await blobs.read(key), await blobs.open(key)];

    expect(answers).toEqual([null, null]);
  });

  it('replaces a blob that is put again', async () => {
    await blobs.put(key, Buffer.from('first, and longer'));
    await blobs.put(key, Buffer.from('second'));

    expect(String(await blobs.read(key))).toBe('second');
  });

  it('deletes a blob, and what is not there as well', async () => {
    await blobs.put(key, Buffer.from('x'));
    await blobs.delete(key);
    await blobs.delete(key);

    expect(await blobs.read(key)).toBeNull();
  });

  it('never shows a mixture when many put one key at once', async () => {
    const writers = Array.from({ length: 20 }, (_, i) => Buffer.alloc(50_000, i));
    await blobs.put(key, Buffer.alloc(50_000, 0));

    const seen = await Promise.all(
      writers.map(async (bytes) => {
        await blobs.put(key, bytes);
        return blobs.read(key);
      }),
    );

    expect(seen.map((bytes) => bytes?.length)).toEqual(writers.map(() => 50_000));
    expect(seen.map((bytes) => new Set(bytes).size)).toEqual(writers.map(() => 1));
  });

  it('serves others after a reader went away in the middle', async () => {
    await blobs.put(key, randomBytes(4_000_000));

    const streams = await Promise.all(Array.from({ length: 20 }, () => blobs.open(key)));
    for (const stream of streams) stream?.destroy();

    expect((await blobs.read(key))?.length).toBe(4_000_000);
  });

  describe('a copy', () => {
    it('outlives the blob that it was made of', async () => {
      const second = newKey();
      await blobs.put(key, Buffer.from('shared'));

      await blobs.copy(key, second);
      await blobs.delete(key);

      expect(String(await blobs.read(second))).toBe('shared');
    });

    it('keeps its bytes when the first key gets others', async () => {
      const second = newKey();
      await blobs.put(key, Buffer.from('shared'));

      await blobs.copy(key, second);
      await blobs.put(key, Buffer.from('changed'));

      expect(String(await blobs.read(second))).toBe('shared');
    });

    it('takes the place of what was there, and of nothing else', async () => {
      const [second, third] = [newKey(), newKey()];
      await blobs.put(key, Buffer.from('new'));
      await blobs.put(second, Buffer.from('old'));
      await blobs.copy(second, third);

      await blobs.copy(key, second);

      expect(String(await blobs.read(second))).toBe('new');
      expect(String(await blobs.read(third))).toBe('old');
    });

    it('fails when there is nothing to copy', async () => {
      await expect(blobs.copy(key, newKey())).rejects.toThrow();
    });
  });

  describe('an upload', () => {
    it('is kept whole, in one part or in several', async () => {
      const sizes = [0, 1, 300_000, 20_000_000];
      const contents = sizes.map((size) => randomBytes(size));
      const keys = contents.map(newKey);

      const staged = await Promise.all(
        contents.map((bytes) => blobs.stage(chunked(bytes), 20_000_000)),
      );
      const digests = await Promise.all(staged.map((upload) => upload.sha256()));
      await Promise.all(staged.map((upload, i) => upload.keep(keys[i] ?? '')));
      const kept = await Promise.all(keys.map((k) => blobs.read(k)));

      expect(staged.map(({ bytes }) => bytes)).toEqual(sizes);
      expect(digests).toEqual(contents.map(sha256Of));
      expect(kept.map((bytes) => sha256Of(bytes))).toEqual(contents.map(sha256Of));
      expect(await filesIn(store.uploads)).toEqual([]);
    });

    it('can be discarded after it was kept', async () => {
      const staged = await blobs.stage(chunked(Buffer.from('photo')), 100);
      await staged.keep(key);
      await staged.discard();

      expect(String(await blobs.read(key))).toBe('photo');
    });

    it('leaves nothing when it is discarded', async () => {
      const staged = await blobs.stage(chunked(Buffer.from('photo')), 100);
      await staged.discard();
      await staged.discard();

      expect(await filesIn(store.uploads)).toEqual([]);
    });

    it('is refused as soon as it is too large, and leaves nothing', async () => {
      const staging = blobs.stage(endless(), 100_000);

      await expect(staging).rejects.toMatchObject({ code: 'too_large' });
      expect(await filesIn(store.uploads)).toEqual([]);
    });

    it('leaves nothing when its sender goes away', async () => {
      const staging = blobs.stage(brokenOff(), 100_000);

      await expect(staging).rejects.toThrow('The line broke.');
      expect(await filesIn(store.uploads)).toEqual([]);
    });

    it('is listed while it is neither kept nor discarded', async () => {
      await blobs.stage(chunked(Buffer.from('photo')), 100);

      const [unkept] = await all(blobs.listUnkept());
      await unkept?.discard();

      expect(Date.now() - (unkept?.modifiedAt.getTime() ?? 0)).toBeLessThan(60_000);
      expect(await all(blobs.listUnkept())).toEqual([]);
    });
  });

  describe('the list', () => {
    it('has every blob below its prefix with size and time, over many pages', async () => {
      const keys = Array.from({ length: 120 }, (_, i) => `lists/ab${String(i).padStart(30, '0')}`);
      await Promise.all(keys.map((k) => blobs.put(k, Buffer.from('12345'))));
      await blobs.put(`lists/cd${'0'.repeat(30)}`, Buffer.from('x'));

      const listed = await all(blobs.list('lists/ab'));
      const times = listed.map(({ modifiedAt }) => Date.now() - modifiedAt.getTime());

      expect(listed.map((blob) => blob.key).sort()).toEqual(keys);
      expect(new Set(listed.map(({ bytes }) => bytes))).toEqual(new Set([5]));
      expect(Math.max(...times)).toBeLessThan(60_000);
    });

    it('has blobs of any depth, by any prefix', async () => {
      const deep = `depths/${'e'.repeat(32)}/small`;
      await blobs.put(deep, Buffer.from('x'));
      const prefixes = ['', 'd', 'depths', 'depths/', 'depths/e', 'depths/ee', deep];

      const lists = await Promise.all(prefixes.map((prefix) => all(blobs.list(prefix))));

      expect(lists.map((list) => list.some((blob) => blob.key === deep))).toEqual(
        prefixes.map(() => true),
      );
    });

    it('is empty where nothing is', async () => {
      expect(await all(blobs.list('nothing/'))).toEqual([]);
    });

    it('leaves out what others put there', async () => {
      await store.putForeign('foreign/README.txt');
      await store.putForeign('foreign/ab/lost+found');

      expect(await all(blobs.list('foreign'))).toEqual([]);
    });

    it('counts a copy as young as it is', async () => {
      const before = Date.now() - 2000;
      await blobs.put(key, Buffer.from('x'));
      await blobs.copy(key, `copies/${'f'.repeat(32)}`);

      const [copy] = await all(blobs.list('copies/'));

      expect(copy?.modifiedAt.getTime()).toBeGreaterThan(before);
    });
  });

  it.each([
    '',
    'originals',
    'originals/',
    '/originals/abcd',
    'originals/../../../etc/passwd',
    'originals/ABCD',
    'originals/ab cd',
    'originals/abcd/../../x',
    'originals/abcd\0',
    'originals/abcd\n',
  ])('refuses the key %j', async (bad) => {
    const staged = await blobs.stage(chunked(Buffer.from('x')), 10);
    const uses = [
      blobs.put(bad, Buffer.from('x')),
      blobs.read(bad),
      blobs.open(bad),
      blobs.delete(bad),
      blobs.copy(bad, key),
      blobs.copy(key, bad),
      staged.keep(bad),
    ];

    const results = await Promise.allSettled(uses);
    await staged.discard();

    expect(results.map((r) => r.status === 'rejected' && String(r.reason))).toEqual(
      uses.map(() => `Error: “${bad}” is no blob key.`),
    );
  });

  it('finds itself well', async () => {
    await expect(blobs.check()).resolves.toBeUndefined();
    expect(await all(blobs.list('check/'))).toEqual([]);
  });
});

it('blobs on disk have no address elsewhere', async () => {
  const { blobs } = await openDisk();

  expect(await blobs.findAddress(newKey(), 'image/jpeg')).toBeNull();
});

describe('a bucket', () => {
  let options: S3Options;

  beforeAll(async () => {
    if (!s3Problem) options = await emptyBucket();
  }, s3StartMs);

  beforeEach(({ skip }) => skip(s3Problem !== null, s3Problem ?? ''));

  it('gives nothing to whoever has no key', async () => {
    const { blobs } = await openS3(options);
    const key = newKey();
    await blobs.put(key, Buffer.from('private'));

    const answer = await fetch(`${options.endpoint}/${options.bucket}/${key}`);

    expect(answer.status).toBe(403);
  });

  it('gives a blob to whoever has its signed address, with its type, and no other blob', async () => {
    const { blobs } = await openS3({ ...options, publicUrl: options.endpoint });
    const [key, other] = [newKey(), newKey()];
    await blobs.put(key, Buffer.from('picture'));
    await blobs.put(other, Buffer.from('other'));

    const address = (await blobs.findAddress(key, 'image/webp')) ?? '';
    const answer = await fetch(address);
    const tampered = await fetch(address.replace(key, other));

    expect([answer.status, await answer.text()]).toEqual([200, 'picture']);
    expect(answer.headers.get('content-type')).toBe('image/webp');
    expect(new URL(address).searchParams.get('X-Amz-Expires')).toBe('300');
    expect(tampered.status).toBe(403);
  });

  it('shows parts of an upload that a crash left, and drops them', async () => {
    const { blobs } = await openS3(options);
    const client = s3Client(options, options.endpoint);
    const key = newKey();
    await client.send(new CreateMultipartUploadCommand({ Bucket: options.bucket, Key: key }));

    const unkept = await all(blobs.listUnkept());
    await unkept[0]?.discard();
    await unkept[0]?.discard();

    expect(unkept.map(({ name }) => name)).toEqual([`parts of ${key}`]);
    expect(await all(blobs.listUnkept())).toEqual([]);
  });

  it.each([
    [{ secretAccessKey: 'wrong' }, /403 SignatureDoesNotMatch. Check S3_SECRET_ACCESS_KEY/],
    [{ accessKeyId: 'nobody' }, /403 InvalidAccessKeyId. Check S3_ACCESS_KEY_ID/],
    [{ bucket: 'not-there' }, /404 NoSuchBucket. There is no bucket not-there: make it/],
  ])('that is set up with %j says what to check', async (wrong, message) => {
    const { blobs } = await openS3({ ...options, ...wrong });

    await expect(blobs.check()).rejects.toThrow(message);
    await expect(blobs.read(newKey())).rejects.toMatchObject({ code: 'unavailable' });
  });
});

async function openDisk(): Promise<Store> {
  const folder = await newFolder();
  const putForeign = async (name: string) => {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), 'x');
  };
  return { blobs: diskBlobs(folder), uploads: join(folder, 'tmp'), putForeign };
}

async function openS3(options: S3Options): Promise<Store> {
  const uploads = await newFolder();
  const client = s3Client(options, options.endpoint);
  const putForeign = (Key: string) =>
    client.send(new PutObjectCommand({ Bucket: options.bucket, Key, Body: 'x' }));
  return { blobs: s3Blobs(options, uploads), uploads, putForeign };
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rookery-blobs-'));
  folders.push(folder);
  return folder;
}

function newKey(): string {
  return `originals/${randomBytes(16).toString('hex')}`;
}

async function bytesOf(stream: Readable | null): Promise<Buffer> {
  return stream ? Buffer.concat(await stream.toArray()) : Buffer.from('there is none');
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

async function filesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

function sha256Of(bytes: Uint8Array | null): string {
  return createHash('sha256')
    .update(bytes ?? 'there is none')
    .digest('hex');
}

async function* chunked(bytes: Uint8Array) {
  for (let i = 0; i < bytes.length; i += 65_536) yield bytes.subarray(i, i + 65_536);
}

async function* endless() {
  for (;;) yield Buffer.alloc(65_536);
}

async function* brokenOff() {
  yield Buffer.from('the beginning');
  throw new Error('The line broke.');
}
