import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPhoto, aPicture, aPost } from '../../support/given.ts';
import { smallPicture } from '../../support/pictures.ts';
import { scenarios } from '../../support/scenarios.ts';
import { problemIn, type TestServer, testServer } from '../../support/server.ts';

scenarios('the description of a picture', [
  {
    name: 'is changed before it is posted',
    given: async (s) => ({ id: await aPicture(s, 'alice') }),
    as: 'alice',
    send: ['PATCH', '/v2/media/{id}', { alt: 'A dune' }],
    expect: [200, { alt: 'A dune', state: 'processing' }],
  },
  {
    name: 'may stay the same',
    given: async (s) => {
      const { body } = await s.upload('alice', await aPhoto(), { alt: 'A dune' });
      return { id: body.id };
    },
    as: 'alice',
    send: ['PATCH', '/v2/media/{id}', { alt: 'A dune' }],
    expect: [200, { alt: 'A dune' }],
  },
  {
    name: 'may be taken away',
    given: async (s) => {
      const { body } = await s.upload('alice', await aPhoto(), { alt: 'A dune' });
      return { id: body.id };
    },
    as: 'alice',
    send: ['PATCH', '/v2/media/{id}', { alt: '' }],
    expect: [200, { alt: '' }],
  },
  {
    name: 'is changed by its owner alone',
    given: async (s) => ({ id: await aPicture(s, 'alice') }),
    as: 'bob',
    send: ['PATCH', '/v2/media/{id}', { alt: 'Mine' }],
    expect: [404, { code: 'not_found' }],
  },
  {
    name: 'is of somebody who signed in',
    send: ['PATCH', '/v2/media/1', { alt: 'Mine' }],
    expect: [401, { code: 'no_token' }],
  },
  ...(
    [
      ['too long', { alt: 'a'.repeat(1501) }],
      ['a number', { alt: 7 }],
      ['null', { alt: null }],
      ['missing', {}],
      ['beside what is not known', { alt: 'a', width: 1 }],
      ['with NUL', { alt: 'a\0b' }],
      ['with half a surrogate pair', '{"alt":"\\ud800"}'],
    ] as Array<[string, unknown]>
  ).map(([name, body]) => ({
    name: `is refused when it is ${name}`,
    as: 'alice' as const,
    send: ['PATCH', '/v2/media/1', body] as ['PATCH', string, unknown],
    expect: [422, { code: 'invalid' }] as [number, object],
  })),
]);

describe('the description of a posted picture', () => {
  let server: TestServer;
  let mediaId: number;
  let postId: number;

  beforeAll(async () => {
    server = await testServer({ contracts: 'all' });
    mediaId = await aPicture(server, 'alice');
    postId = await aPost(server, 'alice', { mediaIds: [mediaId] });
    await server.work();
    await server.send('PUT', '/v2/users/alice/follow', { as: 'bob' });
  });

  afterAll(() => server.close());

  const lists = [
    ['the post', () => `/v2/posts/${postId}`, 'alice'],
    ['the post, for others', () => `/v2/posts/${postId}`, 'bob'],
    ['the profile', () => '/v2/users/alice/posts', 'bob'],
    ['explore', () => '/v2/explore', 'bob'],
    ['the timeline', () => '/v2/timeline', 'bob'],
  ] as const;

  it.each(lists)('shows at once in %s, which was read before', async (name, path, as) => {
    await server.send('GET', path(), { as });
    const alt = `A dune, seen from ${name}`;
    const changed = await server.send('PATCH', `/v2/media/${mediaId}`, {
      as: 'alice',
      body: { alt },
    });
    const { body } = await server.send('GET', path(), { as });

    expect(changed.status).toBe(200);
    expect((body.items?.[0] ?? body).media[0]).toEqual(changed.body);
    expect(changed.body.alt).toBe(alt);
  });
});

describe('an upload that its owner deletes', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await testServer({ contracts: 'all' });
  });

  afterAll(() => server.close());

  const remove = (id: number, as: 'alice' | 'bob' = 'alice') =>
    server.send('DELETE', `/v2/media/${id}`, { as });

  async function filesLeft(): Promise<string[]> {
    const entries = await readdir(join(server.dataDir, 'blobs'), {
      recursive: true,
      withFileTypes: true,
    });
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  }

  it.each(['before', 'after'])('is gone with its files, %s its sizes are made', async (when) => {
    const id = await aPicture(server, 'alice');
    if (when === 'after') await server.work();
    const removed = await remove(id);
    await server.work();
    const read = await server.send('GET', `/v2/media/${id}`, { as: 'alice' });
    const { body: me } = await server.send('GET', '/v2/me', { as: 'alice' });

    expect([removed.status, removed.body, read.status]).toEqual([204, '', 404]);
    expect(me.mediaBytes).toBe(0);
    expect(await filesLeft()).toEqual([]);
  });

  it('may be deleted again, as often as a client repeats it', async () => {
    const id = await aPicture(server, 'alice');
    const first = await Promise.all([remove(id), remove(id), remove(id)]);
    const again = await remove(id);

    expect([...first, again].map(({ status }) => status)).toEqual([204, 204, 204, 204]);
  });

  it('is not there for others, before and after', async () => {
    const id = await aPicture(server, 'alice');
    const before = await remove(id, 'bob');
    const read = await server.send('GET', `/v2/media/${id}`, { as: 'alice' });
    await remove(id);
    const after = await remove(id, 'bob');
    const never = await remove(2_000_000_000, 'bob');

    expect([before.status, read.status]).toEqual([404, 200]);
    expect([problemIn(after), problemIn(never)]).toEqual([problemIn(before), problemIn(before)]);
  });

  it.each(['draft', 'published'] as const)('stays while a %s post uses it', async (state) => {
    const id = await aPicture(server, 'alice');
    const post = await aPost(server, 'alice', { mediaIds: [id], state });
    const refused = await remove(id);
    const { body } = await server.send('GET', `/v2/posts/${post}`, { as: 'alice' });

    expect(refused.body).toMatchObject({ status: 409, code: 'conflict' });
    expect(refused.body.detail).toContain('uses this picture');
    expect(body.media).toHaveLength(1);
  });

  it('can go when a draft has let go of it', async () => {
    const id = await aPicture(server, 'alice');
    const draft = await aPost(server, 'alice', { mediaIds: [id], state: 'draft' });
    await server.send('PATCH', `/v2/posts/${draft}`, { as: 'alice', body: { mediaIds: [] } });

    expect((await remove(id)).status).toBe(204);
  });

  it('stays while it is the profile picture', async () => {
    const form = { path: '/v2/me/avatar', method: 'PUT' } as const;
    await server.upload('alice', await aPhoto(), form);
    await server.work();
    const { id } = await server.app.database
      .selectFrom('media')
      .select('id')
      .where('purpose', '=', 'avatar')
      .executeTakeFirstOrThrow();
    const refused = await remove(id);

    expect(refused.body).toMatchObject({ status: 409, code: 'conflict' });
    expect(refused.body.detail).toContain('profile picture');
  });

  it('is not there when it is a file of an older contract', async () => {
    const credentials = { username: 'carla', password: 'carlas-password' };
    await server.send('POST', '/compat/mithril/api/user/register', { body: credentials });
    const login = await server.send('POST', '/compat/mithril/api/user/login', {
      body: credentials,
    });
    const data = Buffer.from('no picture').toString('base64');
    const headers = { authorization: login.body.data.token };
    const { body: kept } = await server.send('POST', '/compat/mithril/api/picture', {
      headers,
      body: { data },
    });
    const { id } = kept.data;
    const { body: tokens } = await server.send('POST', '/v2/sessions', {
      body: { login: credentials.username, password: credentials.password },
    });
    const own = { authorization: `Bearer ${tokens.accessToken}` };
    const answers = await Promise.all([
      server.send('GET', `/v2/media/${id}`, { headers: own }),
      server.send('PATCH', `/v2/media/${id}`, { headers: own, body: { alt: 'a' } }),
      server.send('DELETE', `/v2/media/${id}`, { headers: own }),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
  });

  it('is either deleted or posted when both happen at once, twenty times', async () => {
    const picture = await smallPicture('jpeg');
    const uploads = await Promise.all(
      Array.from({ length: 20 }, () => server.upload('bob', picture)),
    );
    const ids: number[] = uploads.map(({ body }) => body.id);
    const outcomes = await Promise.all(
      ids.map(async (id, i) => {
        const post = { as: 'bob', body: { text: 'a', mediaIds: [id], state: 'draft' } } as const;
        const steps = [() => server.send('POST', '/v2/posts', post), () => remove(id, 'bob')];
        if (i % 2 === 1) steps.reverse();
        const answers = await Promise.all(steps.map((step) => step()));
        if (i % 2 === 1) answers.reverse();
        const [posted, removed] = answers.map((answer) => answer.status);
        const { status } = await server.send('GET', `/v2/media/${id}`, { as: 'bob' });
        return `posted ${posted}, deleted ${removed}, read ${status}`;
      }),
    );

    const allowed = ['posted 201, deleted 409, read 200', 'posted 422, deleted 204, read 404'];
    expect(outcomes.filter((it) => !allowed.includes(it))).toEqual([]);
  });
});
