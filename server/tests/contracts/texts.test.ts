import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aStaffMember } from '../support/given.ts';
import { smallPicture } from '../support/pictures.ts';
import { type Answer, passwords, type TestServer, testServer } from '../support/server.ts';

let server: TestServer;
let count = 0;

beforeAll(async () => {
  server = await testServer({ contracts: 'all' });
  await aStaffMember(server, 'carla', 'admin');
});

afterAll(() => server.close());

const post = (path: string, body: unknown): Promise<Answer> => server.send('POST', path, { body });

/** A text of a contract that others see in one line. */
const names: ReadonlyArray<[field: string, send: (name: string) => Promise<Answer>]> =
  Object.entries({
    'a display name at sign-up': (displayName: string) =>
      post('/v2/accounts', { username: `u${count}`, password: 'walks-on-dunes', displayName }),
    'a display name': (displayName: string) =>
      server.send('PATCH', '/v2/me', { as: 'alice', body: { displayName } }),
    'a display name that an admin gives': (displayName: string) =>
      server.send('POST', '/v2/admin/accounts', {
        as: 'carla',
        body: { username: `a${count}`, password: 'walks-on-dunes', displayName },
      }),
    'a group’s name': (name: string) =>
      server.send('POST', '/v2/admin/groups', { as: 'carla', body: { name: `${count} ${name}` } }),
    'an app password’s name': (name: string) =>
      server.send('POST', '/v2/me/app-passwords', {
        as: 'alice',
        body: { name, password: passwords.alice },
      }),
    'hmlet: a name': (name: string) =>
      post('/compat/hmlet/register', { username: `h${count}`, password: 'walks-on-dunes', name }),
    'hmlet: a username': (username: string) =>
      post('/compat/hmlet/register', {
        username: `${count} ${username}`,
        password: 'walks-on-dunes',
        name: 'H',
      }),
    'mini-sns: a name': (name: string) =>
      post('/compat/mini-sns/sign-up', {
        email: `m${count}@example.com`,
        name,
        password: 'walks-on-dunes',
        profile: '',
      }),
    'flask-api: a name': (name: string) =>
      post('/compat/flask-api/api/user', {
        name,
        username: `f${count}`,
        password: 'walks-on-dunes',
        password_confirm: 'walks-on-dunes',
      }),
    'flask-api: a username': (username: string) =>
      post('/compat/flask-api/api/user', {
        name: 'F',
        username: `${count} ${username}`,
        password: 'walks-on-dunes',
        password_confirm: 'walks-on-dunes',
      }),
    'base-api: a username': (username: string) =>
      post('/compat/base-api/v1/auth/register', {
        username,
        email: `b${count}@example.com`,
        password: 'walks-on-dunes',
      }),
    'mithril: a username': (username: string) =>
      post('/compat/mithril/api/user/register', {
        // It takes ASCII alone.
        username: `${count}${username.replace(/[^\0-\u007f]+/g, '\n')}`,
        password: 'walks-on-dunes',
      }),
  });

const badNames = {
  'two lines': 'a\nb',
  'an escape': 'a\u001bb',
  'a line separator': 'a\u2028b',
  'an override': '\u202eevil',
  'an isolate without an end': '\u2067evil',
  'half a surrogate pair': 'a\ud800b',
};

describe('a name that could be mistaken for what stands around it', () => {
  it.each(
    names.flatMap(([field, send]) =>
      Object.entries(badNames).map(([kind, name]) => [field, kind, { send, name }] as const),
    ),
  )('%s with %s is refused', async (_field, _kind, { send, name }) => {
    count += 1;
    const { status, body } = await send(name);
    expect(status, JSON.stringify(body)).toBeGreaterThanOrEqual(400);
    expect(status, JSON.stringify(body)).toBeLessThan(500);
  });

  it.each(names)('%s with letters of any kind is taken', async (field, send) => {
    count += 1;
    const { status, body } = await send(field.startsWith('mithril') ? 'a' : 'Añ 写');
    expect(status, JSON.stringify(body)).toBeLessThan(300);
  });
});

describe('a post that nobody would see', () => {
  it.each([
    '',
    ' ',
    '\u200b',
    '\u200d',
    '\u2060',
    '\u3164',
    '\u2800',
    '\u00ad',
    '\ufe0f',
    '\u{e0041}',
  ])('%j is refused', async (text) => {
    const draft = await server.send('POST', '/v2/posts', {
      as: 'alice',
      body: { text: 'Hello.', state: 'draft' },
    });
    const made = await server.send('POST', '/v2/posts', { as: 'alice', body: { text } });
    const path = `/v2/posts/${draft.body.id}`;
    const changed = await server.send('PATCH', path, { as: 'alice', body: { text } });

    expect([made.status, changed.status]).toEqual([422, 422]);
    expect(made.body.fields).toEqual([
      { field: 'text', message: 'must not be empty without a picture' },
    ]);
  });
});

/** No text in UTF-8. */
const broken = {
  'a byte of no use': [0xff],
  'a character that is cut short': [0xe5, 0x86],
  'an overlong slash': [0xc0, 0xaf],
  'half a surrogate pair': [0xed, 0xa0, 0x80],
  'a letter of Latin-1': [0xe9],
};

describe('bytes that are no UTF-8', () => {
  it.each(Object.entries(broken))('%s is refused in a description', async (_kind, bytes) => {
    const edge = 'edge';
    const body = Buffer.concat([
      Buffer.from(`--${edge}\r\ncontent-disposition: form-data; name="alt"\r\n\r\nA dune `),
      Buffer.from(bytes),
      Buffer.from(
        `\r\n--${edge}\r\ncontent-disposition: form-data; name="file"; filename="a.png"\r\n\r\n`,
      ),
      await smallPicture('png'),
      Buffer.from(`\r\n--${edge}--\r\n`),
    ]);
    const headers = { 'content-type': `multipart/form-data; boundary=${edge}` };
    const answer = await server.send('POST', '/v2/media', { as: 'alice', body, headers });

    expect([answer.status, answer.body.fields]).toEqual([
      422,
      [{ field: 'alt', message: 'must be valid UTF-8 text without control characters' }],
    ]);
  });

  const bodies = {
    '/v2/accounts': ['{"username":"broken","password":"walks-on-dunes","displayName":"', '"}'],
    '/compat/hmlet/register': ['{"username":"broken","password":"walks-on-dunes","name":"', '"}'],
    '/compat/mini-sns/sign-up': [
      '{"email":"broken@example.com","password":"walks-on-dunes","profile":"","name":"',
      '"}',
    ],
    '/compat/flask-api/api/user': [
      '{"username":"broken","password":"walks-on-dunes","password_confirm":"walks-on-dunes","name":"',
      '"}',
    ],
    '/compat/base-api/v1/auth/register': [
      '{"email":"broken@example.com","password":"walks-on-dunes","username":"',
      '"}',
    ],
    '/compat/mithril/api/user/register': ['{"password":"walks-on-dunes","username":"broken', '"}'],
  };

  it.each(
    Object.keys(bodies).flatMap((path) => Object.keys(broken).map((kind) => [path, kind] as const)),
  )('POST %s with %s is refused', async (path, kind) => {
    const [start = '', end = ''] = bodies[path as keyof typeof bodies];
    const bytes = Buffer.from(broken[kind as keyof typeof broken]);
    const body = Buffer.concat([Buffer.from(start), bytes, Buffer.from(end)]);
    const headers = { 'content-type': 'application/json' };
    const answer = await server.send('POST', path, { body, headers });

    expect(answer.status, JSON.stringify(answer.body)).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  });
});
