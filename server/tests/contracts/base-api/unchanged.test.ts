import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeAccount } from '../../support/given.ts';
import { passwords, type TestServer, testServer } from '../../support/server.ts';
import { mailedToken } from './given.ts';

type Step = {
  send: [method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object];
  /** Whose token is sent, once they have one. */
  as?: 'alice' | 'bob';
  /** Whose token the answer brings. */
  brings?: 'alice' | 'bob';
  /** What the mail that it causes has a link for; `{reset-password}` stands for the token then. */
  mails?: 'verify-email' | 'reset-password';
};

const alice = { email: 'alice@example.com', password: passwords.alice };
const bob = { email: 'bob@example.com', password: passwords.bob };

/** One walk through what clients of `/v1` do. New routes are added at the end. */
const walk: readonly Step[] = [
  { send: ['GET', '/v1/ping'] },
  { send: ['POST', '/v1/auth/register', { username: 'Alice', ...alice }], brings: 'alice' },
  { send: ['POST', '/v1/auth/register', { username: 'Alice', ...alice }] },
  { send: ['POST', '/v1/auth/register', { username: 'Bob' }] },
  { send: ['POST', '/v1/auth/register', { username: 'Bob', ...bob }], brings: 'bob' },
  { send: ['GET', '/v1/auth/status'], as: 'alice' },
  { send: ['GET', '/v1/auth/status'] },
  { send: ['POST', '/v1/auth/login', { ...alice, password: 'wrong' }] },
  { send: ['POST', '/v1/auth/login', alice] },
  { send: ['POST', '/v1/users', { username: 'Martin', email: 'm@example.com' }], as: 'alice' },
  { send: ['POST', '/v1/users', { username: 'Martin', email: 'm@example.com' }], as: 'alice' },
  { send: ['POST', '/v1/users', { username: 'Martin', email: 'm@example.com' }], as: 'bob' },
  { send: ['GET', '/v1/users'], as: 'alice' },
  { send: ['GET', '/v1/users/{id}'], as: 'alice' },
  { send: ['GET', '/v1/users/x'], as: 'alice' },
  { send: ['POST', '/v1/auth/password_recovery', { email: 'nobody@example.com' }] },
  { send: ['POST', '/v1/auth/password_recovery', { email: bob.email }], mails: 'reset-password' },
  { send: ['PUT', '/v1/auth/password', { token: 'nonsense', password: 'new' }] },
  { send: ['PUT', '/v1/auth/password', { token: '{reset-password}', password: 'new' }] },
  { send: ['PUT', '/v1/auth/password', { token: '{reset-password}', password: 'new' }] },
  { send: ['GET', '/v1/auth/status'], as: 'bob' },
  { send: ['POST', '/v1/auth/login', { ...bob, password: 'new' }], brings: 'bob' },
  {
    send: ['PUT', '/v1/auth/password_change', { old_password: 'new', new_password: 'newer' }],
    as: 'bob',
  },
  { send: ['POST', '/v1/auth/facebook/login', { fb_access_token: 'nonsense' }] },
  { send: ['POST', '/v1/auth/google/login', { credential: 'nonsense' }] },
  {
    send: ['PUT', '/v1/auth/facebook/set_standalone_user', { username: 'x', password: 'y' }],
    as: 'alice',
  },
  { send: ['GET', '/v1/auth/logout'], as: 'alice' },
  { send: ['GET', '/v1/auth/logout'], as: 'alice' },
  { send: ['DELETE', '/v1/auth/login'] },
  { send: ['GET', '/v1/nothing'] },
  { send: ['POST', '/v1/auth/login', { ...bob, password: 'newer' }], brings: 'bob' },
  { send: ['PUT', '/v1/email_verification', { email: alice.email }], as: 'bob' },
  {
    send: ['PUT', '/v1/email_verification', { email: bob.email }],
    as: 'bob',
    mails: 'verify-email',
  },
  { send: ['GET', '/v1/email_verification/{verify-email}'] },
  { send: ['GET', '/v1/email_verification/{verify-email}'] },
  { send: ['GET', '/v1/email_verification/nonsense'] },
  { send: ['POST', '/v1/cellphone', { cellphone_number: '98765432' }], as: 'bob' },
  {
    send: ['POST', '/v1/cellphone', { cellphone_number: '98765432', cellphone_cc: '+598' }],
    as: 'bob',
  },
  { send: ['PUT', '/v1/cellphone/verify', { validation_code: '0000' }], as: 'bob' },
  { send: ['POST', '/v1/devices', { device_id: 'phone', device_type: 'apple' }] },
  { send: ['POST', '/v1/devices', { device_id: 'phone' }] },
  { send: ['PUT', '/v1/devices/phone', { device_type: 'apple', pn_token: 'token-1' }], as: 'bob' },
  { send: ['POST', '/v1/push_echo'], as: 'bob' },
];

/** Whoever changes one of these files changes what clients of `/v1` see, or has added to it. */
describe('/v1, whatever becomes of /v2,', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await testServer({ contracts: 'all' });
  });

  afterAll(() => server.close());

  it('is described as before', async () => {
    const document = `${JSON.stringify(server.http.openApi('base-api'), null, 2)}\n`;

    await expect(document).toMatchFileSnapshot('unchanged/openapi.json');
  });

  it('answers as before', async () => {
    const tokens = new Map<string, string>();
    const values: Record<string, string> = {};
    const answers: string[] = [];
    for (const { send, as = '', brings, mails } of walk) {
      const [method, path, body] = send;
      const fill = (text: string) => text.replace(/\{([\w-]+)\}/g, (_, name) => values[name] ?? '');
      const { status, headers, ...answer } = await server.send(method, fill(path), {
        body: body === undefined ? undefined : JSON.parse(fill(JSON.stringify(body))),
        headers: as === '' ? {} : { authorization: `Bearer ${tokens.get(as)}` },
      });
      answers.push(
        [method, path, as && `as ${as}`, body && JSON.stringify(body)].filter(Boolean).join(' '),
        `${status} ${headers['content-type']}`,
        `${lasting(JSON.stringify(answer.body, null, 2))}\n`,
      );
      if (mails) values[mails] = await mailedToken(server, mails);
      if (brings) tokens.set(brings, answer.body.auth_token);
      // Roles are read with each request.
      if (brings === 'alice') await changeAccount(server, 'alice', { role: 'admin' });
      if (path === '/v1/auth/status') values.id ??= String(answer.body.data?.id);
    }

    await expect(answers.join('\n')).toMatchFileSnapshot('unchanged/answers.txt');
  });
});

/** What may differ from one time to the next, by a name; it is always noon. */
function lasting(text: string): string {
  return text
    .replace(/"auth_token": "[^"]+"/g, '"auth_token": "<token>"')
    .replace(/"id": \d+/g, '"id": <number>');
}
