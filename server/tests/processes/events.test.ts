import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { emptyDatabase, isReached, servers, type TestDatabase } from '../support/databases.ts';
import { type EventStream, openEvents } from '../support/event-stream.ts';
import { send } from '../support/process.ts';
import { type Running, run } from '../support/processes.ts';
import { hasRedisServer, type RedisServer, redisServer } from '../support/redis.ts';

type Person = { username: string; password: string };

const alice = { username: 'alice', password: 'alice-likes-dunes' };
const bob = { username: 'bob', password: 'bob-walks-at-dusk' };
const carla = { username: 'carla', password: 'carla-swims-at-noon' };

/** Several processes, on a machine that may be busy. */
const slowMs = 90_000;

/** What the processes share. */
const shared = [
  { engine: 'postgres', hasRedis: false },
  { engine: 'mysql', hasRedis: false },
  { engine: 'postgres', hasRedis: true },
] as const;

for (const { engine, hasRedis } of shared) {
  const isThere = (await isReached(servers[engine])) && (!hasRedis || hasRedisServer);
  if (!isThere) process.stderr.write(`${engine} is not reached: its live events are left out.\n`);

  describe.skipIf(!isThere)(
    `live events of two processes on ${engine}${hasRedis ? ' with Redis' : ''}`,
    { timeout: slowMs },
    () => {
      let dataDir: string;
      let test: TestDatabase;
      let database: Database;
      let redis: RedisServer | null;
      let running: Running[];
      let streams: EventStream[];
      let here: string;
      let there: string;

      beforeEach(async () => {
        dataDir = await mkdtemp(join(tmpdir(), 'rookery-test-'));
        test = await emptyDatabase(engine);
        database = openDatabase(test.url);
        redis = hasRedis ? await redisServer() : null;
        running = [];
        streams = [];
        [here, there] = await Promise.all([aServer(), aServer()]);
        for (const person of [alice, bob]) {
          await send(`${there}/v2/accounts`, 'POST', { body: person });
        }
      }, slowMs);

      afterEach(async () => {
        for (const stream of streams) stream.close();
        await Promise.all(running.map((each) => each.end()));
        await database.close();
        await redis?.close();
        test.release();
        await rm(dataDir, { recursive: true, force: true });
      }, slowMs);

      async function aServer(): Promise<string> {
        const server = run(['start'], {
          DATABASE_URL: test.url,
          DATA_DIR: dataDir,
          SECRET_KEY: '4f0c6d1be2a97385f1c0b6d47a92e38c',
          PORT: '0',
          ...(redis ? { REDIS_URL: redis.url } : {}),
          RATE_LIMITS: 'off',
          LOG_LEVEL: 'warn',
        });
        running.push(server);
        const [, url = ''] = await server.shows(/running at (\S+)/);
        return url;
      }

      async function signIn({ username: login, password }: Person): Promise<string> {
        const body = { login, password };
        return (await send(`${there}/v2/sessions`, 'POST', { body })).body.accessToken;
      }

      async function listen(url: string, token: string, lastEventId?: string) {
        const stream = await openEvents(url, token, lastEventId);
        streams.push(stream);
        await stream.next('unread-count');
        return stream;
      }

      const makeAdmin = (username: string) =>
        database.transaction((tx) =>
          tx
            .updateTable('accounts')
            .set({ role: 'admin' })
            .where('username', '=', username)
            .execute(),
        );

      it('tell here what happens there, and resume there what began here', async () => {
        const token = await signIn(alice);
        const stream = await listen(here, token);

        await send(`${there}/v2/users/alice/follow`, 'PUT', { token: await signIn(bob) });
        const told = await stream.next('notification');
        stream.close();
        await send(`${there}/v2/posts`, 'POST', {
          token: await signIn(bob),
          body: { text: 'With @alice.' },
        });
        const resumed = await listen(there, token, told.id ?? '');
        const missed = await resumed.next('notification');

        expect(told.data).toMatchObject({ kind: 'followed', actors: [{ username: 'bob' }] });
        expect(missed.data).toMatchObject({ kind: 'mentioned' });
        expect(resumed.events.filter(({ type }) => type === 'notification')).toHaveLength(1);
      });

      it('S31: end here within a second when the session is ended there', async () => {
        const token = await signIn(alice);
        const other = await listen(here, await signIn(alice));
        const stream = await listen(here, token);

        await send(`${there}/v2/sessions/current`, 'DELETE', { token });
        const ms = await stream.ended();

        expect(ms).toBeLessThan(1000);
        await send(`${there}/v2/users/alice/follow`, 'PUT', { token: await signIn(bob) });
        await other.next('notification');
      });

      it('S32: end within a second in both when the account is closed or disabled', async () => {
        const token = await signIn(alice);
        const [a, b] = [await listen(here, token), await listen(there, token)];
        const bobsToken = await signIn(bob);
        const c = await listen(here, bobsToken);
        const { id } = (await send(`${here}/v2/me`, 'GET', { token: bobsToken })).body;
        await send(`${there}/v2/accounts`, 'POST', { body: carla });
        await makeAdmin('carla');
        const admin = await signIn(carla);

        const { password } = alice;
        await send(`${there}/v2/me`, 'DELETE', { token, body: { password } });
        const closed = await Promise.all([a.ended(), b.ended()]);
        const body = { disabled: true };
        await send(`${there}/v2/admin/accounts/${id}`, 'PATCH', { token: admin, body });
        const disabled = await c.ended();

        for (const ms of [...closed, disabled]) expect(ms).toBeLessThan(1000);
      });

      it.skipIf(!hasRedis)('lose nothing while Redis is away', async () => {
        const token = await signIn(alice);
        const stream = await listen(here, token);
        redis?.freeze();

        await send(`${there}/v2/users/alice/follow`, 'PUT', { token: await signIn(bob) });
        const told = await stream.next('notification');
        await send(`${there}/v2/sessions/current`, 'DELETE', { token });
        const endedMs = await stream.ended();

        expect(told.data).toMatchObject({ kind: 'followed' });
        expect(endedMs).toBeLessThan(3000);
      });

      it('end at once in a process that stops, which they do not hold up', async () => {
        const token = await signIn(alice);
        const opened = await Promise.all(Array.from({ length: 10 }, () => listen(here, token)));
        const begin = Date.now();
        const stopped = running[0]?.end('SIGTERM');

        const ms = await Promise.all(opened.map((stream) => stream.ended()));
        const code = await stopped;
        const took = Date.now() - begin;
        await sleep(0);
        const resumed = await listen(there, token);

        expect(Math.max(...ms)).toBeLessThan(500);
        expect([code, took < 5000]).toEqual([0, true]);
        expect(resumed.status).toBe(200);
      });
    },
  );
}
