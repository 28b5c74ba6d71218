import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { s3Blobs } from '../../src/adapters/blobs/s3.ts';
import type { BlobStore } from '../../src/domain/ports.ts';
import { aPhoto } from '../support/given.ts';
import { s3Environment } from '../support/s3.ts';
import { testServer } from '../support/server.ts';

const key = `originals/${'a'.repeat(32)}`;
/** Port 9 is that of a service that no machine runs. */
const nobody = 'http://127.0.0.1:9';

const unavailable = { code: 'unavailable', retryAfterSeconds: 5 };

const ends: Array<() => Promise<unknown>> = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

describe('a store that is away', () => {
  it('is reported by every use within moments', async () => {
    const { blobs } = await openBlobs(nobody);
    const staged = await blobs.stage(chunks(1000), 1000);
    const begun = Date.now();

    const results = await Promise.allSettled([
      blobs.put(key, Buffer.from('x')),
      blobs.read(key),
      blobs.open(key),
      blobs.copy(key, `originals/${'b'.repeat(32)}`),
      blobs.delete(key),
      staged.keep(key),
      blobs.list('originals/')[Symbol.asyncIterator]().next(),
    ]);

    expect(results).toEqual(
      results.map(() => ({ status: 'rejected', reason: expect.objectContaining(unavailable) })),
    );
    expect(Date.now() - begun).toBeLessThan(2000);
  });

  it('lets an upload be kept once it is back', async () => {
    const { blobs, folder } = await openBlobs(nobody);
    const staged = await blobs.stage(chunks(1000), 1000);

    await expect(staged.keep(key)).rejects.toMatchObject(unavailable);

    expect(await readdir(folder)).toHaveLength(1);
    await staged.discard();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is what the check says', async () => {
    const { blobs } = await openBlobs(nobody);

    await expect(blobs.check()).rejects.toThrow(
      `${nobody} cannot be reached (connect ECONNREFUSED 127.0.0.1:9). Check S3_ENDPOINT`,
    );
  });
});

describe('a store that is ill', () => {
  it('is reported when it answers with errors, after some attempts', async () => {
    let attempts = 0;
    const endpoint = await listen((_request, response) => {
      attempts += 1;
      response.writeHead(503).end();
    });
    const { blobs } = await openBlobs(endpoint);

    await expect(blobs.read(key)).rejects.toMatchObject(unavailable);

    expect(attempts).toBe(3);
  });

  it('gets another chance when it fails once', async () => {
    let attempts = 0;
    const endpoint = await listen((_request, response) => {
      attempts += 1;
      response.writeHead(attempts === 1 ? 500 : 200).end(attempts === 1 ? '' : 'picture');
    });
    const { blobs } = await openBlobs(endpoint);

    expect(String(await blobs.read(key))).toBe('picture');
  });

  it('keeps nobody waiting when it says nothing', async () => {
    const { blobs } = await openBlobs(await listen(() => {}));
    const staged = await blobs.stage(chunks(1000), 1000);
    const begun = Date.now();

    const results = await Promise.allSettled([blobs.read(key), staged.keep(key)]);

    expect(results).toEqual(
      results.map(() => ({ status: 'rejected', reason: expect.objectContaining(unavailable) })),
    );
    expect(Date.now() - begun).toBeLessThan(3000);
  });

  it('is not taken for one that has no such picture, when something else answers 404', async () => {
    const endpoint = await listen((_request, response) => response.writeHead(404).end('nginx'));
    const { blobs } = await openBlobs(endpoint);

    await expect(blobs.read(key)).rejects.toMatchObject(unavailable);
  });

  it('breaks a picture off when it does', async () => {
    const endpoint = await listen((_request, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('half');
      setTimeout(() => response.destroy(), 50);
    });
    const { blobs } = await openBlobs(endpoint);

    await expect(blobs.read(key)).rejects.toMatchObject(unavailable);
  });
});

it('a reader that goes away ends the transfer from the store', async () => {
  const closed = Promise.withResolvers<void>();
  const endpoint = await listen((_request, response) => {
    response.writeHead(200, { 'content-length': '1000000' }).write('the beginning');
    response.on('close', closed.resolve);
  });
  const { blobs } = await openBlobs(endpoint);

  const stream = await blobs.open(key);
  stream?.destroy();

  await expect(closed.promise).resolves.toBeUndefined();
});

it('people are asked to come back while the store is away, and see no error of ours', async () => {
  const options = { ...place, endpoint: nobody, bucket: 'photos' };
  const server = await testServer({ environment: s3Environment(options) });

  const answer = await server.upload('alice', await aPhoto());
  const rows = await server.app.database.selectFrom('media').selectAll().execute();
  const waiting = await readdir(join(server.dataDir, 'uploads'));
  await server.close();

  expect(answer.status).toBe(503);
  expect(answer.headers['retry-after']).toBe('5');
  expect(answer.body).toMatchObject({ code: 'unavailable' });
  expect([rows, waiting]).toEqual([[], []]);
});

const place = {
  region: 'us-east-1',
  accessKeyId: 'key',
  secretAccessKey: 'secret',
  hasPathStyle: true,
  publicUrl: null,
};

async function openBlobs(endpoint: string): Promise<{ blobs: BlobStore; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'rookery-uploads-'));
  const blobs = s3Blobs({ ...place, endpoint, bucket: 'photos' }, folder);
  ends.push(
    () => rm(folder, { recursive: true }),
    () => blobs.close(),
  );
  return { blobs, folder };
}

async function listen(answer: RequestListener): Promise<string> {
  const server: Server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  ends.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function* chunks(bytes: number) {
  yield Buffer.alloc(bytes);
}
