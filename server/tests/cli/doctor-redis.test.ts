import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../support/command.ts';
import { freePort } from '../support/ports.ts';
import { hasRedisServer, type RedisServer, redisServer } from '../support/redis.ts';

/** Each starts the program. */
const slow = { timeout: 60_000 };

describe.skipIf(!hasRedisServer)('rookery doctor, about Redis', slow, () => {
  let primary: RedisServer;
  let replica: RedisServer;
  let node: RedisServer;

  beforeAll(async () => {
    primary = await redisServer();
    const { hostname, port } = new URL(primary.url);
    [replica, node] = await Promise.all([
      redisServer('--replicaof', hostname, port),
      redisServer('--cluster-enabled', 'yes'),
    ]);
  });

  afterAll(() => Promise.all([primary.close(), replica.close(), node.close()]));

  async function lineOf(REDIS_URL: string): Promise<string> {
    const { out, err } = await command(['doctor'], { REDIS_URL });
    expect(`${out}${err}`).not.toMatch(/^ {4}at /m);
    return /^.*(Redis|configuration: .*REDIS_URL).*$/m.exec(out)?.[0] ?? `${out}${err}`;
  }

  it('finds one well that counts', async () => {
    expect(await lineOf(primary.url)).toBe('✓ Redis: counts');
  });

  it('sends a message through it, and says what its user lacks', async () => {
    await primary.command('ACL', 'SETUSER', 'carla', 'on', '>let-me-in', '~*', '+@all');
    const REDIS_URL = primary.url.replace('//', '//carla:let-me-in@');

    const [sent, refused] = await Promise.all([
      command(['doctor'], { REDIS_URL: primary.url }),
      command(['doctor'], { REDIS_URL }),
    ]);

    expect(sent.out).toContain('✓ messages between processes: Redis: published and received\n');
    expect(refused.out).toMatch(/^✗ messages between processes: NOPERM .*&rookery:\*/m);
    expect(refused.out).toContain('✓ Redis: counts\n');
  });

  it('finds a replica, and says where to point', async () => {
    expect(await lineOf(replica.url)).toMatch(
      /^✗ Redis: it is a replica, .*Set REDIS_URL to its primary\.$/,
    );
  });

  it('finds the node of a cluster', async () => {
    expect(await lineOf(node.url)).toMatch(/^✗ Redis: it is a node of a cluster .*REDIS_URL/);
  });

  it.each([
    ['nobody', async () => `redis://:Hunter2@127.0.0.1:${await freePort()}`],
    ['TLS where there is none', async () => primary.url.replace('redis:', 'rediss:')],
    ['an address that is none', async () => 'redis://:p@ss:w/Hunter2@127.0.0.1:6379'],
  ])('finds %s, in one line that is never empty', async (_name, urlOf) => {
    const line = await lineOf(await urlOf());

    expect(line).toMatch(/^✗ (Redis|configuration): (?=\w).*REDIS_URL/);
    expect(line).not.toContain('Hunter2');
  });
});
