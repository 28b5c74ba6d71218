import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type TestServer, testServer } from '../../support/server.ts';
import { failed, json, register } from './given.ts';

describe('base-api, asked too often,', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await testServer({
      contracts: 'all',
      environment: { RATE_LIMITS: 'on' },
      http: { requestsPerMinute: 150 },
    });
  });

  afterAll(() => server.close());

  function expectTooMany({ status, headers, body }: Answer): void {
    expect([status, Object.keys(body), body.status]).toEqual([429, ['message', 'status'], 'error']);
    expect(headers).toMatchObject({ ...json, 'retry-after': expect.stringMatching(/^[1-9]\d*$/) });
  }

  async function until429(send: () => Promise<Answer>, most: number): Promise<Answer[]> {
    const answers: Answer[] = [];
    while (answers.length < most && answers.at(-1)?.status !== 429) answers.push(await send());
    return answers;
  }

  it('lets nobody guess passwords without end', async () => {
    await register(server, 'alice');
    const body = { email: 'alice@example.com', password: 'wrong' };

    const answers = await until429(() => server.send('POST', '/v1/auth/login', { body }), 25);

    expect(answers[0]?.body).toEqual(failed('User does not exist.'));
    expectTooMany(answers.at(-1)!);
  });

  it('sends no more than a few recoveries to one address, and says no more then', async () => {
    const ask = (email: string) =>
      until429(() => server.send('POST', '/v1/auth/password_recovery', { body: { email } }), 10);

    const known = await ask('alice@example.com');
    const unknown = await ask('nobody@example.com');

    expectTooMany(known.at(-1)!);
    expect(unknown.at(-1)?.body).toEqual(known.at(-1)?.body);
  });

  it('lets nobody guess the old password by a borrowed token', async () => {
    const headers = { authorization: await register(server, 'bob') };
    const body = { old_password: 'wrong', new_password: 'x' };
    const change = () => server.send('PUT', '/v1/auth/password_change', { headers, body });

    const answers = await until429(change, 15);

    expect(answers[0]?.body).toEqual(failed('Invalid password. Please try again.'));
    expectTooMany(answers.at(-1)!);
  });

  it('asks a provider no more than a hundred times for one address', async () => {
    const body = { fb_access_token: 'nonsense' };

    const answers = await until429(
      () => server.send('POST', '/v1/auth/facebook/login', { body }),
      110,
    );

    expect(answers).toHaveLength(101);
    expectTooMany(answers.at(-1)!);
  });

  it('counts all requests of one address', async () => {
    const answers = await until429(() => server.send('GET', '/v1/ping'), 160);

    expectTooMany(answers.at(-1)!);
  });
});
