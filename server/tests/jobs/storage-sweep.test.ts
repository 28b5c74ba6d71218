import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dayMs } from '../../src/domain/durations.ts';
import { noise } from '../support/pictures.ts';
import { type TestServer, testServer } from '../support/server.ts';

let server: TestServer;

beforeEach(async () => {
  server = await testServer();
  // The clock of the file system is ahead of the test's.
  server.clock.advance(Date.now() - server.clock.now().getTime());
});

afterEach(() => server.close());

const orphan = async () => {
  const key = `originals/${randomBytes(16).toString('hex')}`;
  await server.app.blobs.put(key, Buffer.from('left by a crash'));
  return key;
};
const isThere = async (key: string) => (await server.app.blobs.read(key)) !== null;
const all = async <T>(found: AsyncIterable<T>): Promise<T[]> => {
  const list: T[] = [];
  for await (const one of found) list.push(one);
  return list;
};
const keysBelow = (prefix: string) => all(server.app.blobs.list(prefix));

it('orphaned objects are deleted once a day, and those of pictures are kept', async () => {
  const { sweepDaily } = server.app.sweepStorage;
  const photo = await noise(64, 48).jpeg().toBuffer();
  await server.upload('alice', photo);
  await server.work();
  const first = await orphan();

  await sweepDaily();
  const whileYoung = await isThere(first);
  server.clock.advance(2 * dayMs);
  await sweepDaily();
  const afterwards = await isThere(first);
  const second = await orphan();
  await sweepDaily();
  const onTheSameDay = await isThere(second);
  server.clock.advance(dayMs);
  await Promise.all([sweepDaily(), sweepDaily()]);

  expect({ whileYoung, afterwards, onTheSameDay }).toEqual({
    whileYoung: true,
    afterwards: false,
    onTheSameDay: true,
  });
  expect(await isThere(second)).toBe(false);
  expect(await keysBelow('originals/')).toHaveLength(1);
  expect(await keysBelow('variants/')).not.toEqual([]);
});

it('an upload that was never kept is deleted after a day', async () => {
  const { discardUnkept } = server.app.sweepStorage;
  await server.app.blobs.stage(Readable.from([Buffer.from('begun')]), 100);

  await discardUnkept();
  const whileYoung = await all(server.app.blobs.listUnkept());
  server.clock.advance(2 * dayMs);
  await discardUnkept();

  expect(whileYoung).toHaveLength(1);
  expect(await all(server.app.blobs.listUnkept())).toEqual([]);
});
