import { expect } from 'vitest';
import { operator } from '../../../src/domain/authority.ts';
import { aPhoto, changeAccount } from '../../support/given.ts';
import { type Client, olderScenarios } from '../../support/older-contracts.ts';
import { smallPicture } from '../../support/pictures.ts';
import { passwords } from '../../support/server.ts';

const json = { 'content-type': 'application/json' };
const error = (code: number, message: string) => ({ code, message, data: {} });
const text = Buffer.from('no picture at all').toString('base64');

async function people(client: Client) {
  const tokens: Record<string, string> = {};
  for (const username of ['alice', 'bob']) {
    const body = { username, password: '12345' };
    await client.send('POST', '/api/user/register', { body });
    const { body: answer } = await client.send('POST', '/api/user/login', { body });
    tokens[username] = answer.data.token;
  }
  return { ...tokens, photo: Buffer.from(await aPhoto()).toString('base64') };
}

const ownersOf = (body: { data: { pictures: Array<{ username: string }> } }) =>
  body.data.pictures.map(({ username }) => username);

const wrongBodies: Array<[name: string, body: unknown]> = [
  ['nothing', undefined],
  ['an empty object', {}],
  ['a list', []],
  ['broken JSON', '{"username":'],
  ['a name that is a number', { username: 5, password: '12345' }],
  ['no password', { username: 'alice' }],
  ['an empty password', { username: 'alice', password: '' }],
  ['a name beyond ASCII', { username: 'älice', password: '12345' }],
  ['a NUL', { username: 'ali\0ce', password: '12345' }],
];

olderScenarios({
  contract: 'mithril',
  people,
  rows: [
    {
      name: 'registers with 200 and the name',
      send: ['POST', '/api/user/register', { username: 'Rory', password: '12345' }],
      expect: [200],
      expectHeaders: json,
      after: async (_client, { body }) => {
        expect(body).toEqual({ code: 0, message: '', data: { username: 'Rory' } });
      },
    },
    {
      name: 'refuses a name that somebody has, in any case',
      send: ['POST', '/api/user/register', { username: 'ALICE', password: '12345' }],
      expect: [409, error(3, 'USER ALREADY EXIST')],
      expectHeaders: json,
    },
    {
      name: 'registers a name that is no username, and signs it in',
      given: async (client) => {
        const body = { username: 'my name!', password: '12345' };
        const { status } = await client.send('POST', '/api/user/register', { body });
        expect(status).toBe(200);
      },
      send: ['POST', '/api/user/login', { username: 'my name!', password: '12345' }],
      expect: [200, { code: 0, message: '' }],
    },
    ...wrongBodies.flatMap(([what, body]) =>
      ['/api/user/register', '/api/user/login'].map((path) => ({
        name: `refuses ${what} at ${path}`,
        send: ['POST', path, body] as ['POST', string, unknown],
        expect: [400, error(2, 'INVALID POST CONTENT')] as [number, unknown],
        expectHeaders: json,
      })),
    ),
    {
      name: 'refuses a form as a body',
      send: ['POST', '/api/user/login', 'username=alice&password=12345'],
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      expect: [400, error(2, 'INVALID POST CONTENT')],
    },
    {
      name: 'refuses a name of two letters',
      send: ['POST', '/api/user/register', { username: 'al', password: '12345' }],
      expect: [400, error(12, 'Username is too short/long')],
    },
    {
      name: 'refuses a name of seventeen',
      send: ['POST', '/api/user/register', { username: 'a'.repeat(17), password: '12345' }],
      expect: [400, error(12, 'Username is too short/long')],
    },
    {
      name: 'refuses a password of two letters',
      send: ['POST', '/api/user/register', { username: 'carla', password: '12' }],
      expect: [400, error(13, 'Password is too short/long')],
    },
    {
      name: 'refuses a password of seventeen',
      send: ['POST', '/api/user/register', { username: 'carla', password: '1'.repeat(17) }],
      expect: [400, error(13, 'Password is too short/long')],
    },
    {
      name: 'signs in with a token of half an hour',
      send: ['POST', '/api/user/login', { username: 'alice', password: '12345' }],
      expect: [200, { code: 0, message: '' }],
      expectHeaders: json,
      after: async (_client, { body }) => {
        const [head = '', claims = ''] = String(body.data.token).split('.');
        const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
        expect(read(head)).toEqual({ alg: 'HS256', typ: 'JWT' });
        const { sub, exp, iat } = read(claims);
        expect(sub).toMatch(/^[0-9a-f]{32}$/);
        expect(exp - iat).toBe(1800);
      },
    },
    {
      name: 'tells an unknown name',
      send: ['POST', '/api/user/login', { username: 'nobody', password: '12345' }],
      expect: [404, error(4, 'USER NOT EXIST')],
    },
    {
      name: 'tells a wrong password',
      send: ['POST', '/api/user/login', { username: 'alice', password: 'wrong' }],
      expect: [401, error(5, 'USER WRONG PASSWORD')],
    },
    {
      name: 'asks for a token',
      send: ['POST', '/api/picture', { data: text }],
      expect: [403, error(7, 'NO AUTH TOKEN IN HEADER')],
    },
    {
      name: 'refuses a token that is none',
      token: 'nonsense',
      send: ['GET', '/api/picture'],
      expect: [401, error(9, 'TOKEN INVALID')],
    },
    {
      name: 'keeps a picture with 201 and its number',
      token: '{alice}',
      send: ['POST', '/api/picture', { data: '{photo}' }],
      expect: [201, { code: 0, message: '', data: { id: expect.any(Number) } }],
      expectHeaders: json,
    },
    {
      name: 'keeps bytes that are no picture',
      token: '{bob}',
      send: ['POST', '/api/picture', { data: text }],
      expect: [201, { code: 0, message: '' }],
    },
    {
      name: 'keeps nothing at all',
      token: '{bob}',
      send: ['POST', '/api/picture', { data: '' }],
      expect: [201, { code: 0 }],
    },
    ...['YQ', 'YQ==\n', 'data:image/png;base64,YQ==', 'YR==', 'Y_Q=', 'ä'].map((data) => ({
      name: `refuses ${JSON.stringify(data)}, which is no canonical base64`,
      token: '{alice}',
      send: ['POST', '/api/picture', { data }] as ['POST', string, unknown],
      expect: [400, error(6, 'PICTURE DATA IS NOT BASE64 ENCODE')] as [number, unknown],
    })),
    {
      name: 'refuses a picture without data',
      token: '{alice}',
      send: ['POST', '/api/picture', { picture: text }],
      expect: [400, error(2, 'INVALID POST CONTENT')],
    },
    {
      name: 'lists the newest first, with the bytes exactly as they came',
      token: '{bob}',
      send: ['GET', '/api/picture'],
      expect: [200],
      expectHeaders: json,
      after: async ({ values }, { body }) => {
        const { total, page, limit, pictures } = body.data;
        expect({ total, page, limit }).toEqual({ total: 3, page: 1, limit: 20 });
        expect(ownersOf(body)).toEqual(['bob', 'bob', 'alice']);
        expect(pictures[0].data).toBe('');
        expect(pictures[1].data).toBe(text);
        expect(pictures[2].data).toBe(values.photo);
      },
    },
    {
      name: 'lists those of one, in any case',
      token: '{bob}',
      send: ['GET', '/api/picture?username=Alice&limit=1'],
      expect: [200, { data: { total: 1, page: 1, limit: 1, pictures: [{ username: 'alice' }] } }],
    },
    ...['nobody', ''].map((name) => ({
      name: `lists nothing of ${JSON.stringify(name)}`,
      token: '{bob}',
      send: ['GET', `/api/picture?username=${name}`] as ['GET', string],
      expect: [200, { data: { total: 0, pictures: [] } }] as [number, unknown],
    })),
    {
      name: 'lists nothing past the end, with the true total',
      token: '{bob}',
      send: ['GET', '/api/picture?page=9'],
      expect: [200, { data: { total: 3, page: 9, pictures: [] } }],
    },
    {
      name: 'lists nothing for a limit of nought, with the true total',
      token: '{bob}',
      send: ['GET', '/api/picture?limit=0'],
      expect: [200, { data: { total: 3, limit: 0, pictures: [] } }],
    },
    ...['page=0', 'page=x', 'page=1.5', 'page=', 'limit=-1', 'limit=501', 'limit=ten'].map(
      (query) => ({
        name: `refuses ${query}`,
        token: '{bob}',
        send: ['GET', `/api/picture?${query}`] as ['GET', string],
        expect: [400, error(11, 'INVALID QUERY ARGS')] as [number, unknown],
      }),
    ),
    {
      name: 'refuses a method that it does not know',
      send: ['DELETE', '/api/picture'],
      expect: [405, error(1, 'SOMETHING WRONG WITH THE SERVER')],
      expectHeaders: json,
    },
    {
      name: 'counts each picture of a post, and neither drafts nor what a disabled account has',
      token: '{bob}',
      given: async ({ server }) => {
        const upload = async () =>
          (await server.upload('carla', await smallPicture('jpeg'))).body.id as number;
        const post = (body: object) => server.send('POST', '/v2/posts', { as: 'carla', body });
        await server.tokens('carla');
        await post({ text: '', mediaIds: [await upload(), await upload()] });
        await post({ text: '', mediaIds: [await upload()], state: 'draft' });
        const { body } = await server.send('GET', '/v2/users/alice');
        await server.app.services.accountAdmin.change(operator, body.id, { disabled: true });
      },
      send: ['GET', '/api/picture'],
      expect: [200, { data: { total: 4 } }],
      after: async (client, { body }) => {
        expect(ownersOf(body)).toEqual(['carla', 'carla', 'bob', 'bob']);
        const { body: bob } = await client.server.send('GET', '/v2/users/bob');
        await client.server.app.services.accountAdmin.change(operator, bob.id, { disabled: true });
        const login = { username: 'carla', password: passwords.carla };
        const { body: carla } = await client.send('POST', '/api/user/login', { body: login });
        const seen = await client.send('GET', '/api/picture', { token: carla.data.token });
        expect([seen.body.data.total, ...ownersOf(seen.body)]).toEqual([2, 'carla', 'carla']);
        await client.server.app.services.accountAdmin.change(operator, bob.id, { disabled: false });
      },
    },
    {
      name: 'says so when the owner of a token is gone',
      token: '{rory}',
      given: async (client) => {
        const body = { username: 'Rory', password: '12345' };
        const login = await client.send('POST', '/api/user/login', { body });
        const v2 = await client.server.send('POST', '/v2/sessions', {
          body: { login: 'rory', password: '12345' },
        });
        const authorization = `Bearer ${v2.body.accessToken}`;
        const closing = { headers: { authorization }, body: { password: '12345' } };
        await client.server.send('DELETE', '/v2/me', closing);
        return { rory: login.body.data.token };
      },
      send: ['GET', '/api/picture'],
      expect: [404, error(4, 'USER NOT EXIST')],
    },
    {
      name: 'says the same of an owner who is disabled',
      token: '{alice}',
      given: async ({ server }) => void (await changeAccount(server, 'alice', { disabled: true })),
      send: ['GET', '/api/picture'],
      expect: [404, error(4, 'USER NOT EXIST')],
    },
    {
      name: 'says so when a token has expired',
      token: '{bob}',
      given: async ({ server }) => server.clock.advance(31 * 60 * 1000),
      send: ['GET', '/api/picture'],
      expect: [401, error(8, 'TOKEN EXPIRE TIME')],
    },
  ],
});
