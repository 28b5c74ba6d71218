import { expect } from 'vitest';
import { type Client, type OlderScenario, olderScenarios } from '../../support/older-contracts.ts';
import { passwords } from '../../support/server.ts';
import { done, failed, json, logIn, mailedToken, mails, people } from './given.ts';

type Refused = [status: number, body: object];

const badPayload: Refused = [400, failed('Invalid payload.')];
const badToken: Refused = [401, failed('Invalid token. Please log in again.')];
const noEmail: Refused = [
  404,
  failed('Login/email does not exist, please write a valid login/email'),
];
const invalidReset: Refused = [400, failed('Invalid password recovery token. Please try again.')];
const usedReset: Refused = [404, failed('Invalid reset. Please try again.')];
const wrongPassword: Refused = [400, failed('Invalid password. Please try again.')];
const isReset: Refused = [200, done('Successfully reset password.')];

const wrongRecoveries: Array<[name: string, body: unknown, answer: Refused]> = [
  ['without anything', undefined, badPayload],
  ['of an empty object', {}, badPayload],
  ['with an empty e-mail', { email: '' }, badPayload],
  ['with a number for an e-mail', { email: 5 }, badPayload],
  ['of nobody', { email: 'nobody@example.com' }, noEmail],
  ['of a name that is no e-mail', { email: 'alice' }, noEmail],
  ['with an e-mail that nobody could have', { email: 'x'.repeat(100_000) }, noEmail],
];

const wrongResets: Array<[name: string, body: unknown, answer: Refused]> = [
  ['without anything', undefined, badPayload],
  ['without a token', { password: 'new' }, badPayload],
  ['without a password', { token: '1.0' }, badPayload],
  ['with a numeric password', { token: '1.0', password: 5 }, badPayload],
  ['with a token that is none', { token: 'nonsense', password: 'new' }, invalidReset],
  ['with a forged token', { token: `1.${'0'.repeat(32)}`, password: 'new' }, invalidReset],
];

const wrongChanges: Array<[name: string, body: unknown, answer: Refused]> = [
  ['without anything', undefined, badPayload],
  ['of an empty object', {}, badPayload],
  ['without the old password', { new_password: 'new' }, badPayload],
  ['without a new password', { old_password: passwords.bob }, badPayload],
  ['with an empty new password', { old_password: passwords.bob, new_password: '' }, badPayload],
  ['with a numeric password', { old_password: passwords.bob, new_password: 5 }, badPayload],
  ['with a wrong password', { old_password: 'wrong', new_password: 'new' }, wrongPassword],
];

/** Asks for a recovery, and gives the token of the mail. */
async function recovery(client: Client, name: 'alice' | 'bob'): Promise<string> {
  const body = { email: `${name}@example.com` };
  await client.send('POST', '/v1/auth/password_recovery', { body });
  return mailedToken(client.server, 'reset-password');
}

async function isAlive(client: Client, token: unknown): Promise<boolean> {
  const { status } = await client.send('GET', '/v1/auth/status', { token: String(token) });
  return status === 200;
}

const rows: OlderScenario[] = [
  {
    name: 'sends a mail that welcomes, with a link to confirm the address',
    given: async ({ server }) => ({ confirmation: await mailedToken(server, 'verify-email') }),
    send: ['GET', '/v1/ping'],
    expect: [200],
    after: async ({ values }) => {
      expect(values.confirmation).toMatch(/^\d+\.[0-9a-f]{32}$/);
    },
  },
  ...wrongRecoveries.map(
    ([name, body, answer]): OlderScenario => ({
      name: `refuses a recovery ${name}`,
      send: ['POST', '/v1/auth/password_recovery', body],
      expect: answer,
      expectHeaders: json,
    }),
  ),
  {
    name: 'mails a link for the recovery',
    send: ['POST', '/v1/auth/password_recovery', { email: 'ALICE@example.com' }],
    expect: [200, done('Successfully sent email with password recovery.')],
    expectHeaders: json,
    after: async (client) => {
      client.values.first = await mailedToken(client.server, 'reset-password');
    },
  },
  {
    name: 'makes links of its own address, whatever a request says, though the older server did not',
    headers: { host: 'evil.example.com', 'x-forwarded-host': 'evil.example.com' },
    send: ['POST', '/v1/auth/password_recovery', { email: 'alice@example.com' }],
    expect: [200],
    after: async (client) => {
      client.values.first = await mailedToken(client.server, 'reset-password');
      const all = (await mails(client.server)).join('');
      expect(all).toContain('/reset-password?lang=en#token=');
      expect(all).not.toContain('evil.example.com');
    },
  },
  ...wrongResets.map(
    ([name, body, answer]): OlderScenario => ({
      name: `refuses a reset ${name}`,
      send: ['PUT', '/v1/auth/password', body],
      expect: answer,
      expectHeaders: json,
    }),
  ),
  {
    name: 'takes no token of a mail for anybody’s own: it was the same kind once',
    token: 'Bearer {first}',
    send: ['GET', '/v1/auth/status'],
    expect: badToken,
  },
  {
    name: 'resets no password by an access token',
    given: async ({ values }) => ({ access: String(values.alice).slice('Bearer '.length) }),
    send: ['PUT', '/v1/auth/password', { token: '{access}', password: 'new' }],
    expect: invalidReset,
  },
  {
    name: 'resets no password by the link of the welcome mail',
    send: ['PUT', '/v1/auth/password', { token: '{confirmation}', password: 'new' }],
    expect: invalidReset,
  },
  {
    name: 'resets no password by a link that a newer one has replaced',
    given: async (client) => ({ second: await recovery(client, 'alice') }),
    send: ['PUT', '/v1/auth/password', { token: '{first}', password: 'new' }],
    expect: usedReset,
  },
  {
    name: 'says why a password of 129 characters is refused, and keeps the link good',
    send: ['PUT', '/v1/auth/password', { token: '{second}', password: 'x'.repeat(129) }],
    expect: [400, failed('The password must have at most 128 characters.')],
  },
  {
    name: 'resets the password by the link',
    send: ['PUT', '/v1/auth/password', { token: '{second}', password: 'new' }],
    expect: isReset,
    expectHeaders: json,
    after: async (client) => {
      expect(await logIn(client, 'alice', 'new')).toMatch(/^Bearer /);
      const former = { email: 'alice@example.com', password: passwords.alice };
      expect((await client.send('POST', '/v1/auth/login', { body: former })).status).toBe(404);
    },
  },
  {
    name: 'takes no token from before the reset, though the older server did',
    token: '{alice}',
    send: ['GET', '/v1/auth/status'],
    expect: badToken,
  },
  {
    name: 'resets nothing twice by one link',
    send: ['PUT', '/v1/auth/password', { token: '{second}', password: 'newer' }],
    expect: usedReset,
  },
  {
    name: 'lets one of many at once through by one link',
    given: async (client) => {
      const body = { token: await recovery(client, 'alice'), password: 'newest' };
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => client.send('PUT', '/v1/auth/password', { body })),
      );
      return { through: answers.filter(({ status }) => status === 200).length };
    },
    send: ['GET', '/v1/ping'],
    expect: [200],
    after: async ({ values }) => {
      expect(values.through).toBe(1);
    },
  },
  {
    name: 'counts the address as confirmed by the reset',
    given: async (client) => ({ alice: await logIn(client, 'alice', 'newest') }),
    token: '{alice}',
    send: ['GET', '/v1/auth/status'],
    expect: [200, { data: { email_validation_date: '2026-06-01T12:00:00+00:00' } }],
  },
  ...wrongChanges.map(
    ([name, body, answer]): OlderScenario => ({
      name: `refuses a change ${name}`,
      token: '{bob}',
      send: ['PUT', '/v1/auth/password_change', body],
      expect: answer,
      expectHeaders: json,
    }),
  ),
  {
    name: 'changes the password',
    given: async (client) => ({ other: await logIn(client, 'bob') }),
    token: '{bob}',
    send: ['PUT', '/v1/auth/password_change', { old_password: passwords.bob, new_password: 'new' }],
    expect: [200, done('Successfully changed password.')],
    expectHeaders: json,
    after: async (client) => {
      const { bob, other } = client.values;
      expect([await isAlive(client, bob), await isAlive(client, other)]).toEqual([false, false]);
      expect(await isAlive(client, await logIn(client, 'bob', 'new'))).toBe(true);
    },
  },
  {
    name: 'takes no token from before the change, though the older server did',
    token: '{bob}',
    send: ['GET', '/v1/auth/status'],
    expect: badToken,
  },
  {
    name: 'tells that a link has expired',
    given: async (client) => {
      const late = await recovery(client, 'bob');
      client.server.clock.advance(24 * 3600_000);
      return { late };
    },
    send: ['PUT', '/v1/auth/password', { token: '{late}', password: 'newer' }],
    expect: [400, failed('Password recovery token expired. Please try again.')],
    expectHeaders: json,
  },
  {
    name: 'tells that the account of a link is gone',
    given: async (client) => {
      const late = await recovery(client, 'bob');
      const login = { login: 'bob@example.com', password: 'new' };
      const { body } = await client.server.send('POST', '/v2/sessions', { body: login });
      const headers = { authorization: `Bearer ${body.accessToken}` };
      await client.server.send('DELETE', '/v2/me', { headers, body: { password: 'new' } });
      return { late };
    },
    send: ['PUT', '/v1/auth/password', { token: '{late}', password: 'newer' }],
    expect: usedReset,
  },
];

olderScenarios({ contract: 'base-api', people, rows });
