import { afterEach, describe, expect, it } from 'vitest';
import { aTotp } from '../../support/second-factor.ts';
import {
  passwords,
  type ServerOptions,
  type TestServer,
  testServer,
} from '../../support/server.ts';

const no = { status: false, response: false };
const newcomer = { name: 'x', username: 'new@example.com', password: 'x', password_confirm: 'x' };

describe('what an operator has decided', () => {
  let server: TestServer;

  afterEach(() => server.close());

  async function start(options: ServerOptions): Promise<void> {
    server = await testServer(options);
  }

  function logIn(username: string, password: string) {
    return server.send('POST', '/api/auth/login', { body: { username, password } });
  }

  it('slows down guessing and flooding, in the shape of its other answers', async () => {
    const environment = { RATE_LIMITS: 'on', STRICT_PASSWORDS: 'true' };
    await start({ environment, http: { requestsPerMinute: 14 } });
    const weak = await server.send('POST', '/api/user', { body: newcomer });

    const guesses = [];
    for (let i = 0; i < 11; i += 1) guesses.push(await logIn('nobody@example.com', `guess ${i}`));
    const flood = [await server.send('GET', '/api/user/me')];
    flood.push(await server.send('GET', '/api/user/me'));
    flood.push(await server.send('GET', '/api/user/me'));

    expect([weak.status, weak.body.message]).toEqual([
      400,
      'password must have at least 8 characters.',
    ]);
    expect(guesses.map(({ status }) => status)).toEqual([...Array(10).fill(401), 429]);
    expect(flood.map(({ status }) => status)).toEqual([401, 401, 429]);
    for (const answer of [guesses.at(-1), flood.at(-1)]) {
      expect(answer?.body).toEqual({ ...no, message: expect.any(String) });
      expect(answer?.headers['content-type']).toBe('application/json');
      expect(answer?.headers['retry-after']).toMatch(/^\d+$/);
    }
  });

  it('registers nobody where sign-ups are closed, and lets people in who are there', async () => {
    await start({ environment: { SIGNUPS: 'closed' } });
    await server.tokens('alice');

    const refused = await server.send('POST', '/api/user', { body: newcomer });
    const { status, body } = await logIn('Alice@example.com', passwords.alice);

    expect([refused.status, refused.body]).toEqual([
      403,
      {
        ...no,
        message: 'Sign-ups are closed here; an invite opens them.',
        results: { name: 'x', username: 'new@example.com' },
      },
    ]);
    expect([status, body.results.username]).toEqual([200, 'alice']);
  });

  it('takes an app password from somebody with a second factor, and nothing less', async () => {
    await start({});
    await aTotp(server, 'alice');
    const made = await server.send('POST', '/v2/me/app-passwords', {
      as: 'alice',
      body: { name: 'Old app', password: passwords.alice },
    });

    const refused = await logIn('alice', passwords.alice);
    const { status } = await logIn('alice', made.body.appPassword ?? made.body.password);

    expect([refused.status, refused.body.message]).toEqual([
      401,
      'Incorrect Username or Password.',
    ]);
    expect(status).toBe(200);
  });
});
