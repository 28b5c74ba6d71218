import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aTotp } from '../../support/second-factor.ts';
import { passwords, type TestServer, testServer } from '../../support/server.ts';

const no = { status: false, response: false };
const newcomer = { name: 'x', username: 'new@example.com', password: 'x', password_confirm: 'x' };

function logIn(server: TestServer, username: string, password: string) {
  return server.send('POST', '/api/auth/login', { body: { username, password } });
}

describe('a server with limits and strict passwords', () => {
  let server: TestServer;

  beforeAll(async () => {
    const environment = { RATE_LIMITS: 'on', STRICT_PASSWORDS: 'true' };
    server = await testServer({ contracts: 'all', environment, http: { requestsPerMinute: 14 } });
  });

  afterAll(() => server.close());

  it('says what a password lacks', async () => {
    const { status, body } = await server.send('POST', '/api/user', { body: newcomer });

    expect([status, body.message]).toEqual([400, 'password must have at least 8 characters.']);
  });

  it('slows down guessing and flooding, in the shape of its other answers', async () => {
    const guesses = [];
    for (let i = 0; i < 11; i += 1) guesses.push(await logIn(server, 'nobody', `guess ${i}`));
    const flood = [];
    for (let i = 0; i < 3; i += 1) flood.push(await server.send('GET', '/api/user/me'));

    expect(guesses.map(({ status }) => status)).toEqual([...Array(10).fill(401), 429]);
    expect(flood.map(({ status }) => status)).toEqual([401, 401, 429]);
    for (const answer of [guesses.at(-1), flood.at(-1)]) {
      expect(answer?.body).toEqual({ ...no, message: expect.any(String) });
      expect(answer?.headers['content-type']).toBe('application/json');
      expect(answer?.headers['retry-after']).toMatch(/^\d+$/);
    }
  });
});

describe('a server with closed sign-ups', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await testServer({ contracts: 'all', environment: { SIGNUPS: 'closed' } });
    await server.tokens('alice');
  });

  afterAll(() => server.close());

  it('registers nobody, and says what would help', async () => {
    const { status, body } = await server.send('POST', '/api/user', { body: newcomer });

    expect([status, body]).toEqual([
      403,
      {
        ...no,
        message: 'Sign-ups are closed here; an invite opens them.',
        results: { name: 'x', username: 'new@example.com' },
      },
    ]);
  });

  it('lets somebody in by the e-mail of another contract, and says what they are called', async () => {
    const { status, body } = await logIn(server, 'Alice@example.com', passwords.alice);

    expect([status, body.results.username]).toEqual([200, 'alice']);
  });

  it('takes an app password from somebody with a second factor, and nothing less', async () => {
    await aTotp(server, 'alice');
    const body = { name: 'Old app', password: passwords.alice };
    const made = await server.send('POST', '/v2/me/app-passwords', { as: 'alice', body });

    const refused = await logIn(server, 'alice', passwords.alice);
    const { status } = await logIn(server, 'alice', made.body.password);

    expect([refused.status, refused.body.message]).toEqual([
      401,
      'Incorrect Username or Password.',
    ]);
    expect(status).toBe(200);
  });
});
