import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import { migrateUp } from '../../src/db/migrate.ts';
import { statementMs } from '../../src/db/statement-limits.ts';
import { ownPostgres } from '../faults/own-postgres.ts';
import { isReached, servers } from '../support/databases.ts';
import { ownMariadb } from '../support/own-mariadb.ts';
import { type TestServer, testServer } from '../support/server.ts';

type Freezer = {
  url: string;
  freeze(): void | Promise<void>;
  thaw(): void | Promise<void>;
  close(): Promise<void>;
};

async function mariadb(): Promise<Freezer> {
  const server = await ownMariadb();
  return { ...server, url: `mysql://rookery:feathers@127.0.0.1:${server.port}/rookery` };
}

const engines = [
  ['PostgreSQL', ownPostgres, await isReached(servers.postgres)],
  ['MariaDB', mariadb, await isReached(servers.mysql)],
] as const;

const deadlineMs = 1500;
/** For a machine that does other things, too. */
const busyMs = 6000;

function outcomeOf(work: Promise<unknown>): Promise<string | undefined> {
  return work.then(
    () => 'done',
    (error: Error & { code?: string }) => error.code,
  );
}

describe.each(engines)('while %s is frozen', (_name, start, isHere) => {
  let database: Freezer;
  let server: TestServer;

  beforeAll(async () => {
    if (!isHere) return;
    database = await start();
    const schema = openDatabase(database.url, 1, { isPatient: true });
    await migrateUp(schema);
    await schema.close();
    const environment = { DATABASE_URL: database.url, REQUEST_DEADLINE_MS: `${deadlineMs}` };
    server = await testServer({ environment });
    await server.tokens('alice');
  }, 60_000);

  afterAll(async () => {
    await database?.thaw();
    await server?.close();
    await database?.close();
  });

  const post = () => server.send('POST', '/v2/posts', { as: 'alice', body: { text: 'Hello' } });
  const read = () => server.send('GET', '/v2/timeline', { as: 'alice' });
  const ready = (query = '') => server.send('GET', `/readyz${query}`);

  it.skipIf(!isHere)(
    'every request ends by its deadline, and succeeds soon after',
    async () => {
      await Promise.all(Array.from({ length: 12 }, read));
      await database.freeze();
      const since = performance.now();
      const timed = async (work: typeof read) => {
        const { status, headers } = await work();
        return { status, retryAfter: headers['retry-after'], ms: performance.now() - since };
      };

      const job = outcomeOf(
        server.app.database.transaction((tx) =>
          tx.deleteFrom('idempotency_keys').where('key', '=', '').execute(),
        ),
      );
      const probe = timed(ready);
      const answers = await Promise.all(
        Array.from({ length: 24 }, (_, i) => timed(i % 2 === 0 ? read : post)),
      );
      const verbose = await ready('?verbose');

      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 503));
      expect(answers.every(({ retryAfter }) => /^\d+$/.test(retryAfter ?? ''))).toBe(true);
      expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(deadlineMs + busyMs);
      expect(await probe).toMatchObject({ status: 503, retryAfter: '2' });
      expect((await probe).ms).toBeLessThan(busyMs);
      expect(verbose).toMatchObject({
        status: 503,
        body: {
          status: 'the database does not answer',
          dependencies: { database: 'does not answer', storage: 'ready' },
        },
      });

      // Outside of a request, each statement has a limit of its own.
      expect(await job).toBe('DATABASE_TIMEOUT');
      expect(performance.now() - since).toBeLessThan(statementMs + busyMs);

      await database.thaw();
      await expect.poll(async () => (await post()).status, { timeout: 20_000 }).toBe(201);
      const posts = await Promise.all(Array.from({ length: 24 }, post));

      expect(posts.map(({ status }) => status)).toEqual(posts.map(() => 201));
      expect(await ready()).toMatchObject({ status: 200, body: { status: 'ready' } });
    },
    60_000,
  );
});
