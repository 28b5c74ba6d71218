import { afterAll, beforeAll, expect, it } from 'vitest';
import { changeAccount } from '../../support/given.ts';
import { type TestServer, testServer } from '../../support/server.ts';
import { photoForm } from './given.ts';

const base = '/compat/hmlet';

let server: TestServer;
let headers: Record<string, string>;

beforeAll(async () => {
  server = await testServer({ contracts: 'all' });
  const body = { username: 'alice', password: 'walks-on-dunes', name: 'Alice' };
  const { body: tokens } = await server.send('POST', `${base}/register`, { body });
  headers = { authorization: `Bearer ${tokens.access_token}` };
  await server.tokens('bob');
});

afterAll(() => server.close());

async function mentions(): Promise<number[]> {
  await server.work();
  const { body } = await server.send('GET', '/v2/notifications', { as: 'bob' });
  return body.items.map((it: { post: { id: number } }) => it.post.id);
}

/** The last one's key is higher each time that a notification is given again. */
function tellings() {
  const { database } = server.app;
  return database.selectFrom('notifications').select('notification_key').execute();
}

async function aDraft(filename: string, caption: string): Promise<number> {
  const form = await photoForm(filename);
  const { body } = await server.send('POST', `${base}/upload-photo`, {
    body: form.body,
    headers: { ...headers, ...form.headers },
  });
  await server.send('PUT', `${base}/photos/${body.id}/caption`, { headers, body: { caption } });
  return body.id;
}

const publish = (id: number) => server.send('POST', `${base}/post-photo/${id}`, { headers });

it('a mention in a draft is told when the photo is published, and once', async () => {
  const id = await aDraft('a.jpg', 'With @bob');
  const before = await mentions();
  await publish(id);
  const after = await mentions();
  const told = await tellings();
  await publish(id);

  expect([before, after, await mentions()]).toEqual([[], [id], [id]]);
  expect(told).toHaveLength(1);
  expect(await tellings()).toEqual(told);
});

it('photos and tweets of somebody who is disabled are seen nowhere, at once', async () => {
  const body = { email: 'c@example.com', name: 'Carla', password: 'walks-on-dunes', profile: '' };
  await server.send('POST', '/compat/mini-sns/sign-up', { body });
  const login = { email: 'c@example.com', password: 'walks-on-dunes' };
  const session = await server.send('POST', '/compat/mini-sns/login', { body: login });
  const authorization = session.body.access_token;
  const sns = (method: 'GET' | 'POST', path: string, sent?: object) =>
    server.send(method, `/compat/mini-sns${path}`, { headers: { authorization }, body: sent });
  const { body: alice } = await server.send('GET', '/v2/users/alice');
  await sns('POST', '/follow', { follow: alice.id });
  const seen = async () => {
    const { body: album } = await server.send('GET', `${base}/all-photos`, {
      headers: { authorization: hers },
    });
    return [(await sns('GET', '/timeline')).body.timeline.length, album.photos.length];
  };
  const other = { username: 'user-4', password: 'walks-on-dunes', name: 'User 4' };
  const registered = await server.send('POST', `${base}/register`, { body: other });
  const hers = `Bearer ${registered.body.access_token}`;

  const before = await seen();
  await changeAccount(server, 'alice', { disabled: true });
  const atOnce = await seen();
  await server.work();

  expect([before, atOnce, await seen()]).toEqual([
    [1, 1],
    [0, 0],
    [0, 0],
  ]);
});
