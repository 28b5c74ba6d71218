import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type TestServer, testServer } from '../../support/server.ts';
import { type BaseClient, baseClient } from './client.ts';

describe('what one account may have sent in an hour', () => {
  let server: TestServer;
  let base: BaseClient;

  beforeAll(async () => {
    server = await testServer({ contracts: 'all', environment: { RATE_LIMITS: 'on' } });
    base = baseClient(server);
    await base.register('alice');
  });

  afterAll(() => server.close());

  const email = { email: 'alice@example.com' };
  const phone = { cellphone_number: '98765432', cellphone_cc: '+598' };

  it.each([
    // One mail came with the registration.
    ['mails', 4, () => base.send('PUT', '/v1/email_verification', { as: 'alice', body: email })],
    ['codes', 5, () => base.send('POST', '/v1/cellphone', { as: 'alice', body: phone })],
    ['pushes', 20, () => base.send('POST', '/v1/push_echo', { as: 'alice' })],
  ])('is bounded for %s, and says when to try again', async (_what, count, ask) => {
    const answers: Answer[] = [];
    for (let i = 0; i <= count; i += 1) answers.push(await ask());

    const refused = answers.pop();

    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect(refused).toMatchObject({
      status: 429,
      headers: { 'content-type': 'application/json', 'retry-after': '3600' },
      body: { status: 'error', message: expect.any(String) },
    });
  });
});
