import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedDatabase, type TestDatabase } from '../support/databases.ts';
import { aPhoto, aPicture, aPost, aStaffMember } from '../support/given.ts';
import { type Person, type TestServer, testServer } from '../support/server.ts';

type Method = 'PUT' | 'PATCH' | 'POST' | 'DELETE';

const people = ['alice', 'bob', 'carla'] as const;
const reason = 'Against the rules.';

// On databases that several processes share nothing is remembered.
const isEmbedded = (process.env.TEST_DATABASE ?? 'sqlite') === 'sqlite';

/** In this order, on the same rows: what each of them changes was read, and so remembered, by all before. */
describe.runIf(isEmbedded)('what is remembered, after somebody or something is gone', () => {
  let database: TestDatabase;
  let server: TestServer;
  const ids: Partial<Record<Person, number>> = {};
  const tokens: Partial<Record<Person, string>> = {};
  let posts: number[] = [];
  let pictures: number[] = [];

  beforeAll(async () => {
    database = await sharedDatabase(process.env.TEST_DATABASE);
    server = await testServer({ environment: { DATABASE_URL: database.url } });
    ids.carla = await aStaffMember(server, 'carla', 'admin');
    for (const name of people) {
      tokens[name] = (await server.tokens(name)).accessToken;
      ids[name] = (await server.send('GET', '/v2/me', { as: name })).body.id;
    }
    pictures = [await aPicture(server, 'alice'), await aPicture(server, 'alice')];
    posts = [
      await aPost(server, 'alice', { mediaIds: pictures }),
      await aPost(server, 'alice'),
      await aPost(server, 'alice', { state: 'draft' }),
      await aPost(server, 'bob'),
    ];
    for (const name of ['bob', 'carla'] as const) await act('PUT', '/v2/users/alice/follow', name);
    await act('PUT', '/v2/users/bob/follow', 'alice');
    for (const id of [posts[0], posts[1]]) await act('PUT', `/v2/posts/${id}/like`, 'bob');
    await act('PUT', `/v2/posts/${posts[3]}/like`, 'alice');
    await server.upload('alice', await aPhoto(), { path: '/v2/me/avatar', method: 'PUT' });
    await server.work();
  }, 60_000);
  afterAll(async () => {
    await server.close();
    database.release();
  });

  const account = (name: Person) => `/v2/admin/accounts/${ids[name]}`;
  const happenings: Array<[name: string, act: () => Promise<unknown>]> = [
    [
      'a moderator removes a picture',
      () => act('DELETE', `/v2/admin/media/${pictures[0]}`, 'carla', { reason }),
    ],
    ['the worker has removed its files', () => server.work()],
    ['the profile picture is removed', () => act('DELETE', '/v2/me/avatar', 'alice')],
    ['who likes is disabled', () => act('PATCH', account('bob'), 'carla', { disabled: true })],
    ['the worker has hidden all', () => server.work()],
    ['and enabled', () => act('PATCH', account('bob'), 'carla', { disabled: false })],
    ['the worker has shown all', () => server.work()],
    [
      'a moderator removes a post',
      () => act('DELETE', `/v2/admin/posts/${posts[0]}`, 'carla', { reason }),
    ],
    ['the author is disabled', () => act('PATCH', account('alice'), 'carla', { disabled: true })],
    ['the worker has hidden the posts', () => server.work()],
    ['the author is enabled', () => act('PATCH', account('alice'), 'carla', { disabled: false })],
    ['the worker has shown the posts', () => server.work()],
    ['the author is closed', () => act('DELETE', account('alice'), 'carla')],
    ['the worker has removed all', () => server.work()],
    ['a session ends', () => act('DELETE', '/v2/sessions/current', 'carla')],
  ];

  it.each(happenings)('is what a process says that has just begun: %s', async (_, happen) => {
    await readAll(server);
    await happen();

    const remembered = await readAll(server);
    const environment = { DATABASE_URL: database.url, SECRET_KEY: server.app.config.secretKey };
    const fresh = await testServer({ environment });
    try {
      expect(remembered).toEqual(await readAll(fresh));
    } finally {
      await fresh.close();
    }
  });

  async function act(method: Method, path: string, as: Person, body?: object): Promise<void> {
    const headers = { authorization: `Bearer ${tokens[as]}` };
    const answer = await server.send(method, path, { headers, body });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
  }

  /** What everybody is told, with the tokens of the beginning, and who shows none. */
  async function readAll(from: TestServer): Promise<Record<string, string>> {
    const paths = [
      '/v2/me',
      '/v2/timeline',
      '/v2/drafts',
      '/v2/explore',
      '/v2/explore?filter=with-media',
      '/v2/notifications',
      '/v2/admin/accounts',
      ...posts.map((id) => `/v2/posts/${id}`),
      ...people.flatMap((name) => [
        `/v2/users/${name}`,
        `/v2/users/${name}/posts`,
        `/v2/users/${name}/posts?filter=with-media`,
      ]),
    ];
    const pages: Record<string, string> = {};
    for (const name of [...people, null]) {
      const headers: Record<string, string> = name
        ? { authorization: `Bearer ${tokens[name]}` }
        : {};
      for (const path of paths) {
        const { status, body } = await from.send('GET', path, { headers });
        const { requestId: _, ...shown } = body;
        pages[`${name} ${path}`] = `${status} ${JSON.stringify(shown)}`;
      }
    }
    return pages;
  }
});
