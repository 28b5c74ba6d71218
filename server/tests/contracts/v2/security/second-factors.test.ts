import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aTotp, type ShownCode } from '../../../support/second-factor.ts';
import { passwords, problemIn, type TestServer, testServer } from '../../../support/server.ts';

describe('guessing at the second factor', () => {
  let server: TestServer;
  let code: ShownCode;

  beforeEach(async () => {
    server = await testServer({ environment: { RATE_LIMITS: 'on' } });
    await server.tokens('alice');
    ({ code } = await aTotp(server, 'alice'));
  });

  afterEach(() => server.close());

  async function post(url: string, from: string, payload: object) {
    return server.http.server.inject({ method: 'POST', url, remoteAddress: from, payload });
  }

  /** Both steps, by somebody who knows the password. */
  async function tryCode(from: string, typed: string) {
    const login = { login: 'alice', password: passwords.alice };
    const first = await post('/v2/sessions', from, login);
    const { token: challenge } = first.json().challenge;
    return post('/v2/sessions/second-factor', from, { challenge, code: typed });
  }

  const wrong = () => (code() === '000000' ? '000001' : '000000');

  async function statusesOf(tries: number, fromOf: (index: number) => string) {
    const statuses = [];
    for (let i = 0; i < tries; i += 1) {
      statuses.push((await tryCode(fromOf(i), wrong())).statusCode);
    }
    return statuses;
  }

  it('S17: is stopped after ten tries an hour, however many challenges and addresses there are', async () => {
    const statuses = await statusesOf(12, (i) => `10.0.0.${i}`);
    const right = await tryCode('10.0.0.99', code());

    expect(statuses).toEqual([...Array(10).fill(422), 429, 429]);
    expect(right.statusCode).toBe(429);
    expect(Number(right.headers['retry-after'])).toBeGreaterThan(3000);
  });

  it('S17: is stopped after ten tries an hour where the owner was before', async () => {
    const statuses = await statusesOf(11, () => '127.0.0.1');

    expect(statuses).toEqual([...Array(10).fill(422), 429]);
  });

  it('S09: from elsewhere does not lock the owner out at home, nor anywhere for good', async () => {
    await statusesOf(12, (i) => `10.0.0.${i}`);
    const atHome = await tryCode('127.0.0.1', code());
    server.clock.advance(60 * 60_000);
    const elsewhere = await tryCode('198.51.100.7', code());

    expect([atHome.statusCode, elsewhere.statusCode]).toEqual([201, 201]);
  });

  it('S17: with a stolen session is stopped too, at the password and at the code', async () => {
    const remove = (body: object) => server.send('DELETE', '/v2/me/totp', { as: 'alice', body });
    const atCode = [];
    const atPassword = [];
    for (let i = 0; i < 11; i += 1) {
      atCode.push((await remove({ password: passwords.alice, code: wrong() })).status);
    }
    for (let i = 0; i < 11; i += 1) {
      atPassword.push((await remove({ password: 'a-wrong-guess', code: code() })).status);
    }

    expect(atCode).toEqual([...Array(10).fill(422), 429]);
    expect(atPassword).toEqual([...Array(10).fill(401), 429]);
  });

  it('S17: with a stolen session is stopped from however many addresses, the owner at home too', async () => {
    const statuses = [];
    for (let i = 0; i < 12; i += 1) {
      const remoteAddress = i === 11 ? '127.0.0.1' : `10.0.0.${i}`;
      const { statusCode } = await server.http.server.inject({
        method: 'DELETE',
        url: '/v2/me/totp',
        remoteAddress,
        headers: { authorization: `Bearer ${(await server.tokens('alice')).accessToken}` },
        payload: { password: passwords.alice, code: wrong() },
      });
      statuses.push(statusCode);
    }

    expect(statuses).toEqual([...Array(10).fill(422), 429, 429]);
  });

  it('S17: with a stolen session is stopped where an authenticator waits to be confirmed', async () => {
    const body = { password: passwords.bob };
    await server.send('POST', '/v2/me/totp', { as: 'bob', body });
    const statuses = [];
    for (let i = 0; i < 11; i += 1) {
      const guess = { as: 'bob', body: { code: 'abcdef' } } as const;
      statuses.push((await server.send('POST', '/v2/me/totp/confirm', guess)).status);
    }

    expect(statuses).toEqual([...Array(10).fill(422), 429]);
  });

  it('S08: for an app password counts like guessing at the password', async () => {
    const guess = () =>
      post('/v2/sessions', '10.0.0.1', {
        login: 'alice',
        password: 'mzxw-6ytb-oi5d-mnzv-gezd-gnbv',
      });
    const answers = [];
    for (let i = 0; i < 11; i += 1) answers.push(await guess());

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([...Array(10).fill(401), 429]);
  });

  it('S11: is told nothing about the account before the password is right', async () => {
    const refused = await post('/v2/sessions', '10.0.0.1', { login: 'alice', password: 'wrong' });
    const unknown = await post('/v2/sessions', '10.0.0.1', { login: 'nobody', password: 'wrong' });

    expect(problemIn({ body: refused.json() })).toEqual(problemIn({ body: unknown.json() }));
    expect(refused.json()).not.toHaveProperty('challenge');
  });

  it('is written down', async () => {
    await tryCode('10.0.0.1', wrong());
    const entries = await server.app.database
      .selectFrom('audit_log')
      .select(['address', 'details'])
      .where('action', '=', 'session.refused')
      .execute();

    expect(entries).toMatchObject([{ address: '10.0.0.1' }]);
    expect(JSON.parse(entries[0]!.details)).toEqual({ by: 'second-factor', audience: 'v2' });
  });

  it('S88: leaves no code and no secret in the log', async () => {
    const { token } = (
      await post('/v2/sessions', '10.0.0.1', { login: 'alice', password: passwords.alice })
    ).json().challenge;
    await post('/v2/sessions/second-factor', '10.0.0.1', { challenge: token, code: code() });
    const log = server.logged.join('\n');

    expect(log).not.toContain(token);
    expect(log).not.toContain(code());
  });
});

describe('a second factor that is set up while somebody signs in', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await testServer();
  });

  afterEach(() => server.close());

  it('leaves no session behind that was opened by the password alone', async () => {
    await server.tokens('alice');
    const login = { login: 'alice', password: passwords.alice };
    const logIns = Array.from({ length: 20 }, () =>
      server.send('POST', '/v2/sessions', { body: login }),
    );
    const [, ...answers] = await Promise.all([aTotp(server, 'alice'), ...logIns]);
    const { body } = await server.send('GET', '/v2/sessions', { as: 'alice' });

    expect(answers.filter(({ status }) => status !== 201 && status !== 401)).toEqual([]);
    expect(body.items).toHaveLength(1);
  });
});
