import { afterEach, expect, it } from 'vitest';
import { type TestServer, testServer } from '../../support/server.ts';
import { failed, lifeMs, mailedToken, mails, register } from './given.ts';

const dayMs = 24 * 3600 * 1000;
let server: TestServer;

afterEach(() => server.close());

it.each([
  ['development', lifeMs, dayMs],
  ['testing', 3000, 2000],
])('in %s tokens live as long as they always did there', async (ROOKERY_ENV, accessMs, linkMs) => {
  server = await testServer({ contracts: 'all', environment: { ROOKERY_ENV } });
  const status = async (authorization: string) => {
    const { status: code, body } = await server.send('GET', '/v1/auth/status', {
      headers: { authorization },
    });
    return code === 200 ? 'alive' : body;
  };
  const reset = async (token: string) => {
    const { body } = await server.send('PUT', '/v1/auth/password', {
      body: { token, password: 'another' },
    });
    return body;
  };
  const linkToAlice = async () => {
    const body = { email: 'alice@example.com' };
    await server.send('POST', '/v1/auth/password_recovery', { body });
    return mailedToken(server, 'reset-password');
  };

  const early = await register(server, 'alice');
  server.clock.advance(accessMs - 1);
  const atTheEnd = await status(early);
  server.clock.advance(1);
  const after = await status(early);
  const lateLink = await linkToAlice();
  server.clock.advance(linkMs);
  const tooLate = await reset(lateLink);
  const link = await linkToAlice();
  server.clock.advance(linkMs - 1);
  const inTime = await reset(link);

  expect([atTheEnd, after]).toEqual(['alive', failed('Signature expired. Please log in again.')]);
  expect(tooLate).toEqual(failed('Password recovery token expired. Please try again.'));
  expect(inTime).toMatchObject({ status: 'success' });
});

it('a mail says how long its link for a new password works', async () => {
  server = await testServer({ contracts: 'all' });
  await register(server, 'alice');
  const body = { email: 'alice@example.com' };

  await server.send('POST', '/v1/auth/password_recovery', { body });
  await server.work();
  await server.send('POST', '/v2/password-recoveries', { body });

  expect((await mails(server)).filter((mail) => mail.includes('for 24 hours. You'))).toHaveLength(
    1,
  );
  expect((await mails(server)).filter((mail) => mail.includes('for 30 minutes. You'))).toHaveLength(
    1,
  );
});
