import { describe, expect, it } from 'vitest';
import { anAccount } from '../../support/given.ts';
import { scenarios } from '../../support/scenarios.ts';
import { testServer } from '../../support/server.ts';

const login = { login: 'alice', password: 'alice-likes-dunes' };
const minuteMs = 60_000;

scenarios('POST /v2/sessions', [
  {
    name: 'signs in by username, whatever its case',
    given: (s) => anAccount(s, 'alice'),
    send: ['POST', '/v2/sessions', { ...login, login: 'Alice' }],
    expect: [201, { tokenType: 'Bearer', expiresIn: 900 }],
    expectHeaders: { 'cache-control': 'private, no-store' },
  },
  {
    name: 'signs in by e-mail',
    given: (s) => anAccount(s, 'alice'),
    send: ['POST', '/v2/sessions', { ...login, login: 'alice@example.com' }],
    expect: [201],
  },
  {
    name: 'refuses a wrong password',
    given: (s) => anAccount(s, 'alice'),
    send: ['POST', '/v2/sessions', { ...login, password: 'alice-likes-dune' }],
    expect: [401, { code: 'wrong_password', detail: 'The login or password is incorrect.' }],
  },
  {
    name: 'refuses an unknown name in the same words',
    send: ['POST', '/v2/sessions', login],
    expect: [401, { code: 'wrong_password', detail: 'The login or password is incorrect.' }],
  },
  {
    name: 'opens one session for a request that is repeated with its key',
    given: async (s) => {
      await anAccount(s, 'alice');
      await s.send('POST', '/v2/sessions', { body: login, headers: { 'idempotency-key': 'k' } });
    },
    headers: { 'idempotency-key': 'k' },
    send: ['POST', '/v2/sessions', login],
    expect: [201, { sessionId: 2 }],
  },
]);

scenarios('GET and DELETE /v2/sessions', [
  {
    name: 'lists where the account is signed in, and which of them is this',
    given: async (s) => {
      await anAccount(s, 'alice');
      await s.send('POST', '/v2/sessions', { body: login, headers: { 'user-agent': 'A phone' } });
    },
    as: 'alice',
    send: ['GET', '/v2/sessions'],
    expect: [
      200,
      {
        items: [
          { id: 2, device: 'A phone', isCurrent: false },
          { id: 1, address: '127.0.0.1', isCurrent: true },
        ],
      },
    ],
  },
  {
    name: 'ends another session at once',
    given: async (s) => {
      await anAccount(s, 'alice');
      const { body } = await s.send('POST', '/v2/sessions', { body: login });
      return { id: body.sessionId, token: body.accessToken };
    },
    as: 'alice',
    send: ['DELETE', '/v2/sessions/{id}'],
    expect: [204],
    after: async (s) => {
      const { body } = await s.send('GET', '/v2/sessions', { as: 'alice' });
      expect(body.items).toHaveLength(1);
    },
  },
  {
    name: 'signs out here',
    as: 'alice',
    send: ['DELETE', '/v2/sessions/current'],
    expect: [204],
    after: async (s) => {
      const { body } = await s.send('GET', '/v2/me', { as: 'alice' });
      expect(body.code).toBe('revoked_token');
    },
  },
  {
    name: 'does not know a session of somebody else',
    given: async (s) => ({ id: (await s.tokens('bob')).sessionId }),
    as: 'alice',
    send: ['DELETE', '/v2/sessions/{id}'],
    expect: [404, { code: 'not_found' }],
  },
]);

describe('POST /v2/sessions/refresh', () => {
  it('gives twenty parallel requests with one token the same successor', async () => {
    const server = await testServer();
    const { refreshToken } = await server.tokens('alice');
    const refresh = () => server.send('POST', '/v2/sessions/refresh', { body: { refreshToken } });

    const answers = await Promise.all(Array.from({ length: 20 }, refresh));

    expect(new Set(answers.map((a) => a.status))).toEqual(new Set([200]));
    expect(new Set(answers.map((a) => a.body.refreshToken)).size).toBe(1);
    expect(answers[0]?.body.refreshToken).not.toBe(refreshToken);
    await server.close();
  });

  it('ends the session when a token comes again once its successor was used', async () => {
    const server = await testServer();
    const { refreshToken } = await server.tokens('alice');
    const first = await server.send('POST', '/v2/sessions/refresh', { body: { refreshToken } });
    const authorization = `Bearer ${first.body.accessToken}`;
    await server.send('GET', '/v2/me', { headers: { authorization } });
    server.clock.advance(10_001);

    const replay = await server.send('POST', '/v2/sessions/refresh', { body: { refreshToken } });
    const heir = { refreshToken: first.body.refreshToken };
    const successor = await server.send('POST', '/v2/sessions/refresh', { body: heir });
    const access = await server.send('GET', '/v2/me', { as: 'alice' });

    expect([replay.status, replay.body.code]).toEqual([401, 'revoked_token']);
    expect([successor.status, access.status]).toEqual([401, 401]);
    await server.close();
  });

  it('outlives the access token, but not thirty idle days', async () => {
    const server = await testServer();
    const { refreshToken } = await server.tokens('alice');
    server.clock.advance(16 * minuteMs);
    const access = await server.send('GET', '/v2/me', { as: 'alice' });
    const refreshed = await server.send('POST', '/v2/sessions/refresh', { body: { refreshToken } });
    server.clock.advance(31 * 24 * 60 * minuteMs);
    const heir = { refreshToken: refreshed.body.refreshToken };
    const late = await server.send('POST', '/v2/sessions/refresh', { body: heir });

    expect(access.body.code).toBe('expired_token');
    expect(refreshed.status).toBe(200);
    expect(late.body.code).toBe('expired_token');
    await server.close();
  });

  it('refuses a token whose seal was changed, and leaves the session alone', async () => {
    const server = await testServer();
    const { refreshToken } = await server.tokens('alice');
    const forged = refreshToken.replace(/.$/, (c) => (c === '0' ? '1' : '0'));

    const answer = await server.send('POST', '/v2/sessions/refresh', {
      body: { refreshToken: forged },
    });
    const honest = await server.send('POST', '/v2/sessions/refresh', { body: { refreshToken } });

    expect([answer.status, answer.body.code]).toEqual([401, 'bad_token']);
    expect(honest.status).toBe(200);
    await server.close();
  });
});
