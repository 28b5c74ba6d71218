import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasRedisServer, type RedisServer, redisServer } from '../support/redis.ts';
import { type Answer, type TestServer, testServer } from '../support/server.ts';

describe.skipIf(!hasRedisServer)('two processes with one Redis', () => {
  let folder: string;
  let redis: RedisServer;
  let here: TestServer;
  let there: TestServer;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rookery-two-'));
    redis = await redisServer();
    [here, there] = [await aProcess(1000), await aProcess(1000)];
  });

  afterEach(async () => {
    redis.thaw();
    await here.close();
    await there.close();
    await redis.close();
    await rm(folder, { recursive: true });
  });

  it('count the requests of an address together', async () => {
    const [a, b] = [await aProcess(10), await aProcess(10)];

    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 ? a : b).send('GET', '/v2/explore')),
    );
    const refused = answers.filter(({ status }) => status === 429);

    expect(refused).toHaveLength(10);
    expect(refused[0]?.headers).toMatchObject({
      'ratelimit-limit': '10',
      'ratelimit-remaining': '0',
      'retry-after': expect.stringMatching(/^(59|60)$/),
    });
    await Promise.all([a.close(), b.close()]);
  });

  it('count wrong passwords together', async () => {
    await here.tokens('alice');
    const body = { login: 'alice', password: 'not-this-one' };

    const answers = await Promise.all(
      Array.from({ length: 14 }, (_, i) =>
        (i % 2 ? here : there).send('POST', '/v2/sessions', { body }),
      ),
    );

    expect(statuses(answers)).toEqual({ 401: 10, 429: 4 });
  });

  it('see a logout at the next request, and with no Redis at all', async () => {
    await here.tokens('alice');
    const before = await askThere();
    await here.send('DELETE', '/v2/sessions/current', { as: 'alice' });

    const withRedis = await askThere();
    await redis.command('FLUSHALL');
    const emptied = await askThere();
    redis.freeze();
    const frozen = await askThere();
    redis.thaw();
    await redis.stop();
    const stopped = await askThere();
    await redis.start();
    const back = await askThere();

    expect(before.status).toBe(200);
    expect([withRedis, emptied, frozen, stopped, back].map(({ body }) => body.code)).toEqual(
      Array.from({ length: 5 }, () => 'revoked_token'),
    );
  });

  it('see a logout that happened while Redis was frozen', async () => {
    await here.tokens('alice');
    await askThere();
    redis.freeze();
    await here.send('DELETE', '/v2/sessions/current', { as: 'alice' });

    const frozen = await askThere();
    redis.thaw();
    const thawed = await askThere();

    expect([frozen.body.code, thawed.body.code]).toEqual(['revoked_token', 'revoked_token']);
  });

  it('start with a wrong password too, and keep it out of the log', async () => {
    await redis.command('CONFIG', 'SET', 'requirepass', 'right-one');
    const environment = { REDIS_URL: redis.url.replace('//', '//:wrong-one@'), RATE_LIMITS: 'on' };
    const server = await testServer({ environment });

    const answer = await server.send('GET', '/v2/explore');
    const log = server.logged.join('');
    await server.close();

    expect(answer.status).toBe(200);
    expect(log).toContain('WRONGPASS');
    expect(log).toContain('this process counts for itself');
    expect(log).not.toContain('wrong-one');
  });

  const faults: Array<[name: string, strike: () => unknown]> = [
    ['is frozen', () => redis.freeze()],
    ['is paused', () => redis.command('CLIENT', 'PAUSE', '5000', 'ALL')],
    ['is stopped', () => redis.stop()],
    ['is emptied', () => redis.command('FLUSHALL')],
  ];

  it.each(faults)('answer in time and without errors while Redis %s', async (_name, strike) => {
    await here.tokens('alice');
    await askThere();
    await strike();

    const answers = [...(await askBoth()), ...(await askBoth())];

    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(1000);
  });

  function aProcess(requestsPerMinute: number): Promise<TestServer> {
    const environment = {
      DATABASE_URL: `sqlite:${join(folder, 'shared.sqlite')}`,
      REDIS_URL: redis.url,
      RATE_LIMITS: 'on',
    };
    return testServer({ environment, http: { requestsPerMinute } });
  }

  /** A request to the other process with the token of this one. */
  async function askThere(): Promise<Answer> {
    return there.send('GET', '/v2/me', { headers: await credentials() });
  }

  async function credentials(): Promise<Record<string, string>> {
    return { authorization: `Bearer ${(await here.tokens('alice')).accessToken}` };
  }

  /** Posts here, and reads on both sides meanwhile. */
  async function askBoth(): Promise<Timed[]> {
    const headers = await credentials();
    const body = { text: 'Hello.', state: 'published' };
    const requests = Array.from({ length: 10 }, () => [
      timed(() => here.send('POST', '/v2/posts', { headers, body })),
      timed(() => here.send('GET', '/v2/timeline', { headers })),
      timed(() => there.send('GET', '/v2/timeline', { headers })),
    ]);
    return Promise.all(requests.flat());
  }
});

type Timed = { status: number; ms: number };

async function timed(request: () => Promise<Answer>): Promise<Timed> {
  const began = performance.now();
  const { status } = await request();
  return { status, ms: performance.now() - began };
}

function statuses(answers: readonly Answer[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
