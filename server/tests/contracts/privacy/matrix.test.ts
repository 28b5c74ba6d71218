import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isShown, type Reader, seesAccount, type World } from './cases.ts';
import { aPhotoWithMetadata } from './content.ts';
import { olderReads } from './older-reads.ts';
import { send } from './people.ts';
import type { Read } from './reading.ts';
import { routeFaults } from './routes.ts';
import { v2AccountReads } from './v2-account-reads.ts';
import { v2NotificationReads } from './v2-notification-reads.ts';
import { v2PostReads } from './v2-post-reads.ts';
import { makeWorld } from './world.ts';

const reads = [...v2PostReads, ...v2AccountReads, ...v2NotificationReads, ...olderReads];
const anonymous: Reader = { name: 'anonymous', account: null };

let world: World;

beforeAll(async () => {
  world = await makeWorld();
}, 120_000);

afterAll(() => world.server.close());

/** What the rule lets a reader see. The token of an account that is no longer active shows no more than no token. */
function expectedOf(read: Read, reader: Reader, shown: readonly string[]): string[] {
  if (!reader.account || isShown(reader.account)) return read.expected(world, reader);
  const open = read.expected(world, anonymous);
  return shown.filter((name) => open.includes(name));
}

async function compare(read: Read): Promise<void> {
  const readers = world.readers.filter((reader) => read.isFor?.(reader) ?? true);
  const answers = await Promise.all(
    readers.map(async (reader) => [reader, await read.shown(world, reader)] as const),
  );
  const seen = answers.map(([{ name }, shown]) => [name, shown.toSorted()]);
  const allowed = answers.map(([reader, shown]) => [
    reader.name,
    expectedOf(read, reader, shown).toSorted(),
  ]);

  expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(allowed));
  const names = allowed.flatMap(([, some]) => some);
  expect(names.length > 0, 'Somebody must see something, or the read tests nothing.').toBe(
    !read.isClosed,
  );
}

describe('the reads', () => {
  const planted = { method: 'GET', path: '/v2/tags/:name', operation: 'readTag', contract: 'v2' };

  it('cover every route, or there is a reason why not', () => {
    expect(routeFaults(world.server.http.routes(), reads)).toEqual([]);
  });

  it('have different titles', () => {
    expect(new Set(reads.map(({ title }) => title)).size).toBe(reads.length);
  });

  it('do not cover a new route, and say where to add it', () => {
    const [fault, ...others] = routeFaults([...world.server.http.routes(), planted], reads);

    expect(others).toEqual([]);
    expect(fault).toMatch(/^GET \/v2\/tags\/:name \(readTag of v2\) is not in the privacy matrix/);
    expect(fault).toContain('add a read to a v2-*-reads.ts in server/tests/contracts/privacy');
  });

  it('cover a route that is gone, and say so', () => {
    const routes = world.server.http.routes().filter(({ path }) => path !== '/v2/explore');

    expect(routeFaults(routes, reads)).toEqual([
      'GET /v2/explore is no longer a route. Remove it from server/tests/contracts/privacy.',
    ]);
  });
});

describe('what is shown at once, before jobs run', () => {
  const atOnce = reads.filter(({ isCounter }) => !isCounter);
  it.each(atOnce.map((read) => [read.title, read] as const))('%s', (_title, read) => compare(read));
});

describe('what is shown after jobs have run', () => {
  beforeAll(() => world.server.work());

  it.each(reads.map((read) => [read.title, read] as const))('%s', (_title, read) => compare(read));
});

describe('the metadata of a photo', () => {
  it('is in no variant of any picture', async () => {
    const rows = await world.server.app.database.selectFrom('media').selectAll().execute();
    const paths = rows.flatMap(({ public_key, variants }) =>
      (JSON.parse(variants) as Array<{ size: string }>).map(
        ({ size }) => `/v2/media/${public_key}/${size}`,
      ),
    );
    const answers = await Promise.all(paths.map((path) => world.server.send('GET', path)));
    const seen = answers.filter(({ status }) => status === 200);

    expect((await aPhotoWithMetadata()).includes('Exif')).toBe(true);
    expect(seen.length).toBeGreaterThan(20);
    expect(seen.filter(({ bytes }) => bytes.includes('Exif'))).toEqual([]);
  });

  it('is shown to the owner only by mithril, before its variants are ready', async () => {
    const { server, accounts } = world;
    const [alice] = accounts;
    if (!alice) throw new Error('There is no alice.');
    const headers = { authorization: alice.tokens.v2 };
    const { body } = await server.upload('alice', await aPhotoWithMetadata(), { headers });
    const post = { text: '', mediaIds: [body.id], state: 'published' };
    await send(server, alice, 'POST', '/v2/posts', { body: post });
    const readers = accounts.filter(
      (account) => isShown(account) && seesAccount(world, { name: '', account }, alice),
    );
    const sizes = await Promise.all(
      readers.map(async (reader) => {
        const path = '/compat/mithril/api/picture?limit=1&username=alice';
        const { body: page } = await send(server, reader, 'GET', path);
        const [picture] = page.data.pictures;
        return [reader.name, picture.id, Buffer.from(picture.data, 'base64').length];
      }),
    );

    const { length } = await aPhotoWithMetadata();
    expect(sizes).toEqual(readers.map((it) => [it.name, body.id, it === alice ? length : 0]));
  });
});
