import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { passwords, type TestServer, testServer } from '../../../support/server.ts';

const window = 15 * 60 * 1000;

describe('guessing', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await testServer({ environment: { RATE_LIMITS: 'on' } });
    await server.tokens('alice');
  });

  afterEach(() => server.close());

  async function guess(from: string, login = 'alice', headers: Record<string, string> = {}) {
    const payload = { login, password: 'a-wrong-guess' };
    return server.http.server.inject({
      method: 'POST',
      url: '/v2/sessions',
      remoteAddress: from,
      payload,
      headers,
    });
  }

  async function logIn(from: string) {
    const payload = { login: 'alice', password: passwords.alice };
    return server.http.server.inject({
      method: 'POST',
      url: '/v2/sessions',
      remoteAddress: from,
      payload,
    });
  }

  it('S08: is stopped after ten tries from an address, which is told when to come back', async () => {
    const tries = await Promise.all(Array.from({ length: 12 }, () => guess('10.0.0.1')));
    const statuses = tries.map((t) => t.statusCode).sort((a, b) => a - b);
    const refused = await guess('10.0.0.1');

    expect(statuses).toEqual([...Array(10).fill(401), 429, 429]);
    expect(refused.json()).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(refused.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(refused.headers['retry-after']).toBe('900');
  });

  it('S08: is stopped for unknown accounts just the same', async () => {
    const tries = await Promise.all(Array.from({ length: 11 }, () => guess('10.0.0.1', 'nobody')));

    expect(tries.map((answer) => answer.statusCode)).toContain(429);
  });

  it('S08: is stopped although the name is spelled in other ways', async () => {
    const spellings = ['alice', 'ALICE', ' alice ', 'ａlice', 'ali\u200bce'];
    const tries = [...spellings, ...spellings, 'Alice'].map((name) => guess('10.0.0.1', name));
    const answers = await Promise.all(tries);

    expect(answers.map((answer) => answer.statusCode)).toContain(429);
  });

  it('S08: is stopped after fifty tries at an account, whichever of its names they use', async () => {
    await server.app.services.accounts.create({
      username: 'bob',
      loginName: 'The Bob',
      email: 'bob@example.com',
      password: passwords.bob,
      displayName: null,
      idempotencyKey: null,
    });
    const names = ['bob', 'bob@example.com', 'The Bob'];
    const fromOne = [];
    for (let i = 0; i < 11; i += 1) fromOne.push(await guess('10.0.0.1', names[i % 3]));
    const fromMany = [];
    for (let i = 0; i < 41; i += 1) fromMany.push(await guess(`10.0.1.${i}`, names[i % 3]));

    expect(fromOne.map((answer) => answer.statusCode)).toEqual([...Array(10).fill(401), 429]);
    expect(fromMany.map((answer) => answer.statusCode)).toEqual([...Array(40).fill(401), 429]);
  });

  it('S08: is not helped by an X-Forwarded-For that nobody vouches for', async () => {
    const tries = Array.from({ length: 12 }, (_, i) =>
      guess('10.0.0.1', 'alice', { 'x-forwarded-for': `192.0.2.${i}`, forwarded: 'for=1.2.3.4' }),
    );
    const answers = await Promise.all(tries);

    expect(answers.map((answer) => answer.statusCode)).toContain(429);
  });

  it('S08: of many names from one address is stopped at a hundred', async () => {
    const statuses: number[] = [];
    // Not all at once: a busy machine refuses some for that.
    for (let from = 0; from < 101; from += 20) {
      const some = Array.from({ length: Math.min(20, 101 - from) }, (_, i) =>
        guess('10.0.0.1', `name${from + i}`),
      );
      statuses.push(...(await Promise.all(some)).map((answer) => answer.statusCode));
    }

    expect(statuses.filter((status) => status === 401)).toHaveLength(100);
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
  });

  it('S09: from all over the world does not lock the owner out at home', async () => {
    const tries = Array.from({ length: 60 }, (_, i) => guess(`10.0.0.${i}`));
    const answers = await Promise.all(tries);
    const elsewhere = await logIn('198.51.100.7');
    const atHome = await logIn('127.0.0.1');

    expect(answers.map((answer) => answer.statusCode)).toContain(429);
    expect(elsewhere.statusCode).toBe(429);
    expect(atHome.statusCode).toBe(201);
  });

  it('S09: does not lock out an owner whose phone got another address of its /64', async () => {
    await logIn('2001:db8:0:1::1');
    await Promise.all(Array.from({ length: 60 }, (_, i) => guess(`10.0.0.${i}`)));
    const neighbor = await logIn('2001:db8:0:2::1');
    const atHome = await logIn('2001:db8:0:1:5:6:7:8');

    expect(neighbor.statusCode).toBe(429);
    expect(atHome.statusCode).toBe(201);
  });

  it('S09: is forgotten after a quarter of an hour', async () => {
    await Promise.all(Array.from({ length: 60 }, (_, i) => guess(`10.0.0.${i}`)));
    server.clock.advance(window);
    const elsewhere = await logIn('198.51.100.7');

    expect(elsewhere.statusCode).toBe(201);
  });

  it('S09: once, before the right password, costs nothing', async () => {
    const mistakes = Array.from({ length: 9 }, () => guess('127.0.0.1'));
    await Promise.all(mistakes);
    const right = await logIn('127.0.0.1');
    const again = await Promise.all(Array.from({ length: 9 }, () => guess('127.0.0.1')));

    expect(right.statusCode).toBe(201);
    expect(again.map((a) => a.statusCode)).toEqual(Array(9).fill(401));
  });
});

describe('guessing through a proxy that is trusted', () => {
  let server: TestServer;

  beforeEach(async () => {
    const environment = { RATE_LIMITS: 'on', TRUSTED_PROXIES: '127.0.0.1,10.9.0.0/16' };
    server = await testServer({ environment });
  });

  afterEach(() => server.close());

  const guess = (forwardedFor: string) =>
    server.send('POST', '/v2/sessions', {
      body: { login: 'nobody', password: 'a-wrong-guess' },
      headers: { 'x-forwarded-for': forwardedFor },
    });

  it('S08: counts for the client that the proxy names', async () => {
    const oneClient = await Promise.all(Array.from({ length: 11 }, () => guess('192.0.2.1')));
    const another = await guess('192.0.2.2');

    expect(oneClient.map((answer) => answer.status)).toContain(429);
    expect(another.status).toBe(401);
  });

  it('S08: counts for the last address that no proxy of ours has, whatever stands before', async () => {
    const spoofed = Array.from({ length: 11 }, (_, i) => guess(`203.0.113.${i}, 192.0.2.1`));
    const answers = await Promise.all(spoofed);

    expect(answers.map((answer) => answer.status)).toContain(429);
  });
});

describe('too many requests', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await testServer({
      environment: { RATE_LIMITS: 'on' },
      http: { requestsPerMinute: 3 },
    });
  });

  afterEach(() => server.close());

  it('S71: are answered 429, and every answer says how many are left', async () => {
    const first = await server.send('GET', '/v2/explore');
    await server.send('GET', '/v2/explore');
    await server.send('GET', '/v2/explore');
    const refused = await server.send('GET', '/v2/explore');

    expect(first.headers).toMatchObject({ 'ratelimit-limit': '3', 'ratelimit-remaining': '2' });
    expect(refused.body).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(refused.headers).toMatchObject({ 'ratelimit-limit': '3', 'ratelimit-remaining': '0' });
    expect(Number(refused.headers['ratelimit-reset'])).toBeGreaterThan(0);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('S08: are not fewer for a spoofed address', async () => {
    const answers = [];
    for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4']) {
      const headers = { 'x-forwarded-for': address };
      answers.push(await server.send('GET', '/v2/explore', { headers }));
    }

    expect(answers.map((a) => a.status)).toEqual([200, 200, 200, 429]);
  });

  it('of other kinds do not count for a route that has a limit of its own, nor stretch theirs', async () => {
    const body = { username: 'alice', password: passwords.alice };
    const signUp = () => server.send('POST', '/v2/accounts', { body });
    const first = await signUp();
    for (let i = 0; i < 3; i += 1) await server.send('GET', '/v2/explore');

    const [second, other] = [await signUp(), await server.send('GET', '/v2/explore')];

    expect(first.status).toBe(201);
    expect(second.headers).toMatchObject({ 'ratelimit-limit': '30', 'ratelimit-remaining': '28' });
    expect(other.status).toBe(429);
    expect(Number(other.headers['retry-after'])).toBeLessThanOrEqual(60);
  });
});
