import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idLeases, type NewId } from '../../src/db/ids.ts';
import { ownCredential } from '../../src/domain/credential.ts';
import type { Viewer } from '../../src/domain/viewer.ts';
import { newPeople } from '../support/crowd.ts';
import { sharedDatabase, type TestDatabase } from '../support/databases.ts';
import { aPost, aStaffMember } from '../support/given.ts';
import { smallPicture } from '../support/pictures.ts';
import { aPasskey } from '../support/second-factor.ts';
import { passwords, type TestServer, testServer } from '../support/server.ts';
import { type TwilioServer, twilioServer } from '../support/twilio.ts';
import { formOf } from './hmlet/given.ts';

type Mark = string | number;

/** What has been made before the lists are written. */
type Given = {
  crowd: Viewer[];
  alice: Viewer;
  picture: Buffer;
  /** Authorization headers of one account with each older contract. */
  tokens: Record<'mithril' | 'hmlet' | 'mini-sns' | 'flask-api' | 'base-api', string>;
  group: number;
  newIdOf: (server: TestServer) => NewId;
};

type List = {
  /** Writes entry `n` through a server, and returns what the list shows of it. */
  write(server: TestServer, n: number, given: Given): Promise<Mark>;
  /** All that the list shows, page by page where it has pages. */
  read(server: TestServer, given: Given): Promise<Mark[]>;
  isOldestFirst?: boolean;
};

const count = 6;
const field = (name: string) => (item: Record<string, Mark>) => item[name] ?? '';

/** A list of `/v2`, read two entries at a time. */
async function pages(
  server: TestServer,
  path: string,
  mark: string | ((item: { post?: { id: number } | null }) => Mark),
): Promise<Mark[]> {
  const marks: Mark[] = [];
  for (let cursor = ''; ; ) {
    const url = `/v2${path}${path.includes('?') ? '&' : '?'}limit=2${cursor}`;
    const { status, body } = await server.send('GET', url, { as: 'alice' });
    if (status !== 200) throw new Error(JSON.stringify(body));
    marks.push(...body.items.map(typeof mark === 'string' ? field(mark) : mark));
    if (!body.nextCursor) return marks;
    cursor = `&cursor=${body.nextCursor}`;
  }
}

const ok = async (answer: Promise<{ status: number; body: unknown }>) => {
  const { status, body } = await answer;
  if (status >= 300) throw new Error(JSON.stringify(body));
  // oxlint-disable-next-line typescript/no-explicit-any -- as the answers of the test server
  return body as any;
};

const post = async (server: TestServer, path: string, body: object) =>
  ok(server.send('POST', `/v2${path}`, { as: 'alice', body }));

async function older(
  server: TestServer,
  path: string,
  { token, ...sent }: { token?: string; body?: unknown; headers?: Record<string, string> },
  method: 'GET' | 'POST' = 'POST',
) {
  const headers = { ...(token === undefined ? {} : { authorization: token }), ...sent.headers };
  return ok(server.send(method, path, { ...sent, headers }));
}

const photos = (path: string, isOldestFirst: boolean, isPosted: boolean): List => ({
  isOldestFirst,
  async write(server, n, { picture, tokens: { hmlet: token } }) {
    const filename = `${path.replaceAll(/\W/g, '')}-${n}.jpg`;
    const form = formOf([{ name: 'file', filename, content: picture }]);
    const { id } = await older(server, '/upload-photo', { token, ...form });
    if (isPosted) await older(server, `/post-photo/${id}`, { token });
    return id;
  },
  async read(server, { tokens: { hmlet: token } }) {
    const body = await older(server, path, { token }, 'GET');
    return body.photos.map(field('id'));
  },
});

const registration = (n: number) => ({
  name: `User ${n}`,
  username: `user-${n}@example.com`,
  password: 'test',
  password_confirm: 'test',
});

const people = (first: number, path: string, mark: string): List => ({
  async write(server, n) {
    const body = registration(first + n);
    await older(server, '/api/user', { body });
    return mark === 'username' || mark === 'email' ? body.username : body.name;
  },
  read: (server) => pages(server, path, mark),
});

const lists: Record<string, List> = {
  'v2: drafts': {
    write: (server, n) => aPost(server, 'alice', { state: 'draft', text: `Draft ${n}` }),
    read: (server) => pages(server, '/drafts', 'id'),
  },
  'v2: posts of an author': {
    write: (server) => aPost(server, 'alice'),
    read: (server) => pages(server, '/users/alice/posts', 'id'),
  },
  'v2: explore': {
    write: (server) => aPost(server, 'alice'),
    read: (server) => pages(server, '/explore', 'id'),
  },
  'v2: timeline': {
    write: (server) => aPost(server, 'alice'),
    read: (server) => pages(server, '/timeline', 'id'),
  },
  'v2: who likes a post': {
    async write(server, n, { crowd }) {
      const who = crowd[n]!;
      await server.app.services.likes.like(who, 1);
      return who.accountId;
    },
    read: (server) => pages(server, '/posts/1/likes', 'id'),
  },
  'v2: followers': {
    async write(server, n, { crowd, alice }) {
      const who = crowd[n]!;
      await server.app.services.follows.followById(who, alice.accountId);
      return who.accountId;
    },
    read: (server) => pages(server, '/users/alice/followers', 'id'),
  },
  'v2: whom somebody follows': {
    async write(server, n, { crowd, alice }) {
      const { accountId } = crowd[n]!;
      await server.app.services.follows.followById(alice, accountId);
      return accountId;
    },
    read: (server) => pages(server, '/users/alice/following', 'id'),
  },
  'v2: accounts': people(100, '/admin/accounts?state=active', 'email'),
  'v2: accounts by role': people(200, '/admin/accounts?role=user', 'email'),
  'v2: accounts by name': people(300, '/admin/accounts?q=user', 'email'),
  'v2: groups': {
    write: async (server, n) => (await post(server, '/admin/groups', { name: `Group ${n}` })).id,
    read: (server) => pages(server, '/admin/groups', 'id'),
  },
  'v2: members of a group': {
    async write(server, n, { crowd, group }) {
      // The later member is the older account.
      const { accountId } = crowd[count - n]!;
      const path = `/v2/admin/groups/${group}/members/${accountId}`;
      await ok(server.send('PUT', path, { as: 'alice' }));
      return accountId;
    },
    read: (server, { group }) => pages(server, `/admin/groups/${group}/members`, 'id'),
  },
  'v2: event templates': {
    async write(server, n) {
      return (await post(server, '/admin/event-templates', { name: `Rain ${n}`, text: 'Rain.' }))
        .id;
    },
    read: (server) => pages(server, '/admin/event-templates', 'id'),
  },
  'v2: events of a group': {
    async write(server, _n, { group }) {
      return (await post(server, `/admin/groups/${group}/events`, { templateId: 1 })).id;
    },
    read: (server, { group }) => pages(server, `/admin/groups/${group}/events`, 'id'),
  },
  'v2: the audit log': {
    async write(server, n) {
      await post(server, '/admin/groups', { name: `Noted ${n}` });
      return server.clock.now().toISOString();
    },
    read: (server) => pages(server, '/admin/audit-log?action=group.created', 'createdAt'),
  },
  'v2: what happened to one’s account': {
    async write(server) {
      await post(server, '/sessions', { login: 'alice', password: passwords.alice });
      return server.clock.now().toISOString();
    },
    read: (server) => pages(server, '/me/audit-log', 'createdAt'),
  },
  'v2: sessions': {
    async write(server) {
      return (await post(server, '/sessions', { login: 'alice', password: passwords.alice }))
        .sessionId;
    },
    read: async (server) => (await unpaged(server, '/sessions')).map(field('id')),
  },
  'v2: app passwords': {
    async write(server, n) {
      const body = { name: `Program ${n}`, password: passwords.alice };
      return (await post(server, '/me/app-passwords', body)).id;
    },
    read: async (server) => (await unpaged(server, '/me/app-passwords')).map(field('id')),
  },
  'v2: passkeys': {
    write: async (server) => (await aPasskey(server, 'alice')).passkeyId,
    read: async (server) => (await unpaged(server, '/me/passkeys')).map(field('id')),
  },
  'v2: devices': {
    async write(server, n) {
      const body = { type: 'android', token: `token-${n}` };
      await ok(server.send('PUT', `/v2/me/devices/phone-${n}`, { as: 'alice', body }));
      return `phone-${n}`;
    },
    read: async (server) => (await unpaged(server, '/me/devices')).map(field('deviceId')),
  },
  'v2: notifications': {
    async write(server, n, { crowd }) {
      const id = await aPost(server, 'alice');
      await server.app.services.likes.like(crowd[n]!, id);
      await server.work();
      return id;
    },
    read: (server) => pages(server, '/notifications', ({ post }) => post?.id ?? ''),
  },
  'v2: identities': {
    isOldestFirst: true,
    async write(server, n, { alice, newIdOf }) {
      const at = server.clock.now().toISOString();
      const who = { issuer: 'https://id.example.com', subject: `alice-${n}`, email: null };
      const id = await newIdOf(server)('identities');
      const row = { id, account_id: alice.accountId, ...who, created_at: at, last_used_at: at };
      await server.app.database.transaction((tx) =>
        tx.insertInto('identities').values(row).execute(),
      );
      return id;
    },
    read: async (server) => (await unpaged(server, '/me/identities')).map(field('id')),
  },
  'mithril: pictures': {
    async write(server, n, { picture, tokens: { mithril: token } }) {
      // Pictures and other bytes stand in one list.
      const bytes = n % 3 === 0 ? Buffer.from(`no picture ${n}`) : picture;
      const body = { data: bytes.toString('base64') };
      return (await older(server, '/api/picture', { token, body })).data.id;
    },
    async read(server, { tokens: { mithril: token } }) {
      const marks: Mark[] = [];
      for (let page = 1; page < 30; page += 1) {
        const path = `/api/picture?limit=2&page=${page}`;
        const { data } = await older(server, path, { token }, 'GET');
        marks.push(...data.pictures.map(field('id')));
      }
      return marks;
    },
  },
  'mithril: pictures of one user': {
    async write(server, n, { tokens: { mithril: token } }) {
      const body = { data: Buffer.from(`bytes ${n}`).toString('base64') };
      return (await older(server, '/api/picture', { token, body })).data.id;
    },
    async read(server, { tokens: { mithril: token } }) {
      const path = '/api/picture?username=carla&limit=100';
      const { data } = await older(server, path, { token }, 'GET');
      return data.pictures.map(field('id'));
    },
  },
  'hmlet: all photos': photos('/all-photos', true, true),
  'hmlet: all photos, falling': photos('/all-photos?order=desc', false, true),
  'hmlet: own photos': photos('/my-photos', true, true),
  'hmlet: own drafts': photos('/my-drafts', true, false),
  'hmlet: own drafts, falling': photos('/my-drafts?order=desc', false, false),
  'mini-sns: timeline': {
    isOldestFirst: true,
    async write(server, n, { tokens }) {
      await older(server, '/tweet', { token: tokens['mini-sns'], body: { tweet: `Tweet ${n}` } });
      return `Tweet ${n}`;
    },
    async read(server, { tokens }) {
      const body = await older(server, '/timeline', { token: tokens['mini-sns'] }, 'GET');
      return body.timeline.map(field('tweet'));
    },
  },
  'flask-api: all users': {
    ...people(400, '', 'username'),
    async read(server, { tokens }) {
      const body = await older(server, '/api/user/all', { token: tokens['flask-api'] }, 'GET');
      return body.results.map(field('username'));
    },
  },
  'flask-api: active users': {
    async write(server, n) {
      const body = registration(500 + n);
      await older(server, '/api/user', { body });
      await older(server, '/api/auth/login', { body });
      return body.username;
    },
    async read(server, { tokens }) {
      const body = await older(server, '/api/user/active', { token: tokens['flask-api'] }, 'GET');
      return body.results.map(field('username'));
    },
  },
  'base-api: users': {
    ...people(600, '', 'email'),
    async read(server, { tokens }) {
      const body = await older(server, '/v1/users', { token: tokens['base-api'] }, 'GET');
      return body.data.users.map(field('email'));
    },
  },
};

async function unpaged(server: TestServer, path: string): Promise<Array<Record<string, Mark>>> {
  return (await ok(server.send('GET', `/v2${path}`, { as: 'alice' }))).items;
}

describe('through two processes, each with ids of its own', () => {
  let database: TestDatabase;
  let twilio: TwilioServer;
  let servers: [TestServer, TestServer];
  let given: Given;

  beforeAll(async () => {
    database = await sharedDatabase(process.env.TEST_DATABASE);
    twilio = await twilioServer();
    const environment = { DATABASE_URL: database.url, ...twilio.environment };
    const options = { contracts: 'all', environment } as const;
    servers = [await testServer(options), await testServer(options)];
    given = await prepare(servers[0]);
  }, 120_000);

  afterAll(async () => {
    for (const server of servers) await server.close();
    await twilio.stop();
    database.release();
  });

  function tick(): void {
    for (const { clock } of servers) clock.advance(1000);
  }

  it.each(Object.entries(lists))('%s are in the order of time', async (_name, list) => {
    const written: Mark[] = [];
    for (let n = 1; n <= count; n += 1) {
      tick();
      written.push(await list.write(servers[n % 2] as TestServer, n, given));
    }
    const expected = list.isOldestFirst ? written : written.toReversed();

    for (const server of servers) {
      const shown = await list.read(server, given);
      expect(shown.filter((mark) => written.includes(mark))).toEqual(expected);
    }
  });

  it('the latest code is the one that was sent last, and may be repeated', async () => {
    const token = given.tokens['base-api'];
    const answers: number[] = [];
    for (const n of [1, 2, 3]) {
      const [server, other] = n % 2 === 0 ? servers : servers.toReversed();
      tick();
      const body = { cellphone_number: `98 765 00${n}`, cellphone_cc: '+598' };
      await older(server as TestServer, '/v1/cellphone', { token, body });
      await server?.work();
      const code = twilio.sent.at(-1)?.text.slice(-4);
      for (const to of [other, server, other]) {
        const headers = { authorization: token };
        const body = { validation_code: code };
        answers.push((await to!.send('PUT', '/v1/cellphone/verify', { headers, body })).status);
      }
    }

    expect(answers).toEqual(Array.from({ length: 9 }, () => 200));
  });
});

async function prepare(server: TestServer): Promise<Given> {
  const accountId = await aStaffMember(server, 'alice', 'admin');
  const { sessionId } = await server.tokens('alice');
  await aPost(server, 'alice');
  const group = await post(server, '/admin/groups', { name: 'Dune walkers' });
  await post(server, '/admin/event-templates', { name: 'Rain', text: 'Rain.' });
  const leases = new Map<TestServer, NewId>();
  return {
    crowd: await newPeople(server, count + 1),
    alice: { accountId, sessionId, role: 'admin', credential: ownCredential('session') },
    picture: await smallPicture('jpeg'),
    tokens: await olderTokens(server),
    group: group.id,
    newIdOf(of) {
      const newId = leases.get(of) ?? idLeases(of.app.database);
      leases.set(of, newId);
      return newId;
    },
  };
}

/** Alice is the admin of base-api; carla is at all others. */
async function olderTokens(server: TestServer): Promise<Given['tokens']> {
  const carla = { username: 'carla', password: '12345' };
  await older(server, '/api/user/register', { body: carla });
  const mithril = await older(server, '/api/user/login', { body: carla });
  const hmlet = await older(server, '/login', { body: carla });
  const flask = await older(server, '/api/auth/login', { body: carla });
  const bob = { email: 'bob@example.com', name: 'bob', password: 'test', profile: '' };
  await older(server, '/sign-up', { body: bob });
  const sns = await older(server, '/login', { body: bob });
  const alice = { email: 'alice@example.com', password: passwords.alice };
  const base = await older(server, '/v1/auth/login', { body: alice });
  return {
    mithril: mithril.data.token,
    hmlet: `Bearer ${hmlet.access_token}`,
    'mini-sns': sns.access_token,
    'flask-api': `Bearer ${flask.results.access_token}`,
    'base-api': `Bearer ${base.auth_token}`,
  };
}
