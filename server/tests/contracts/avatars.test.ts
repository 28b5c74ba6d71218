import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { smallPicture } from '../support/pictures.ts';
import { type TestServer, testServer } from '../support/server.ts';

let server: TestServer;

beforeEach(async () => {
  server = await testServer({ contracts: 'all' });
});

afterEach(() => server.close());

async function set(format: 'jpeg' | 'png' = 'jpeg') {
  const picture = await smallPicture(format);
  return server.upload('alice', picture, { path: '/v2/me/avatar', method: 'PUT' });
}

/** What everybody sees of the profile picture, wherever it is shown. */
async function shown() {
  const { body: me } = await server.send('GET', '/v2/me', { as: 'alice' });
  const { body: profile } = await server.send('GET', '/v2/users/alice');
  const path = me.avatar ? new URL(me.avatar.small).pathname : null;
  const local = await server.send('GET', `/compat/mini-sns/profile-picture/local/${me.id}`);
  return {
    path,
    profile: profile.avatar?.small ?? null,
    me: me.avatar?.small ?? null,
    status: path === null ? null : (await server.send('GET', path)).status,
    miniSns: local.status,
    mediaBytes: me.mediaBytes,
  };
}

const rows = () =>
  server.app.database
    .selectFrom('media')
    .select(['id', 'original_key'])
    .where('purpose', '=', 'avatar')
    .execute();

/** Takes away what the worker would make the sizes of, as a broken picture does. */
async function breakNewest(): Promise<void> {
  const newest = (await rows()).reduce((a, b) => (a.id > b.id ? a : b));
  const name = newest.original_key.split('/')[1] ?? '';
  await rm(join(server.dataDir, 'blobs', 'originals', name.slice(0, 2), name));
}

describe('a profile picture', () => {
  it('shows once it is ready, and not before', async () => {
    await set();
    const before = await shown();
    await server.work();
    const after = await shown();

    expect(before).toMatchObject({ path: null, profile: null, miniSns: 404 });
    expect(after).toMatchObject({ status: 200, miniSns: 200, profile: after.me });
  });

  it('stays, everywhere, until the next one is ready', async () => {
    await set();
    await server.work();
    const first = await shown();
    await set('png');
    const between = await shown();
    await server.work();
    const second = await shown();
    const old = await server.send('GET', first.path ?? '');

    expect({ ...between, mediaBytes: 0 }).toEqual({ ...first, mediaBytes: 0 });
    expect(between.mediaBytes).toBeGreaterThan(first.mediaBytes);
    expect(second.path).not.toBe(first.path);
    expect([second.status, second.miniSns, old.status]).toEqual([200, 200, 404]);
    expect(await rows()).toHaveLength(1);
  });

  it('stays when the next one fails, which leaves nothing behind', async () => {
    await set();
    await server.work();
    const first = await shown();
    await set('png');
    await breakNewest();
    await server.work();

    expect(await shown()).toEqual(first);
    expect(await rows()).toHaveLength(1);
  });

  it('is the latest upload, in whatever order the worker is done', async () => {
    await set();
    await set('png');
    await set();
    const { app } = server;
    const waiting = await rows();
    await server.work();
    const last = await shown();

    expect(waiting).toHaveLength(1);
    expect(last.status).toBe(200);
    expect((await rows()).map(({ id }) => id)).toEqual(waiting.map(({ id }) => id));
    const account = await app.database
      .selectFrom('accounts')
      .select(['avatar_media_id', 'next_avatar_media_id'])
      .where('username', '=', 'alice')
      .executeTakeFirstOrThrow();
    expect(account).toEqual({ avatar_media_id: waiting[0]?.id, next_avatar_media_id: null });
  });

  it('is gone with the one that waits when it is removed', async () => {
    await set();
    await server.work();
    await set('png');
    const { body } = await server.send('DELETE', '/v2/me/avatar', { as: 'alice' });
    await server.work();

    expect(body).toMatchObject({ avatar: null, mediaBytes: 0 });
    expect(await shown()).toMatchObject({ path: null, miniSns: 404, mediaBytes: 0 });
    expect(await rows()).toEqual([]);
  });

  it('is one alone after uploads, removals and work at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      await Promise.all([
        set(),
        set('png'),
        server.work(),
        ...(round % 2 === 0 ? [server.send('DELETE', '/v2/me/avatar', { as: 'alice' })] : []),
        set(),
        server.work(),
      ]);
    }
    await server.work();
    await set('png');
    await server.work();
    const { status, miniSns } = await shown();
    const left = await rows();
    const size = (await smallPicture('png')).length;
    const { body: me } = await server.send('GET', '/v2/me', { as: 'alice' });

    expect([status, miniSns, left.length]).toEqual([200, 200, 1]);
    expect(Math.abs(me.mediaBytes - size)).toBeLessThan(size);
  });

  it('that an earlier version was still making shows when it is ready', async () => {
    await set();
    const [row] = await rows();
    await server.app.database.transaction((tx) =>
      tx
        .updateTable('accounts')
        .set({ avatar_media_id: row?.id ?? null, next_avatar_media_id: null })
        .where('username', '=', 'alice')
        .execute(),
    );
    await server.work();

    expect((await shown()).status).toBe(200);
  });
});
