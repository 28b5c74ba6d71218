import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import { migrateUp } from '../../src/db/migrate.ts';
import { bareDatabase, isReached, servers } from '../support/databases.ts';
import { ownMariadb } from '../support/own-mariadb.ts';
import { type TestServer, testServer } from '../support/server.ts';

type Failover = {
  url: string;
  /** From now on it takes no writes, and whoever is connected has to connect again. */
  fail(): Promise<void>;
  /** It takes writes again, except through connections of the meantime where the engine remembers them. */
  recover(): Promise<void>;
  /** The password, or the right to connect, is taken away from connections that come now. */
  lockOut(): Promise<void>;
  close(): Promise<void>;
};

async function postgresFailover(): Promise<Failover> {
  const database = await bareDatabase('postgres');
  const name = new URL(database.url).pathname.slice(1);
  const admin = openDatabase(servers.postgres.adminUrl, 1);
  const run = (text: string) => sql.raw(text).execute(admin);
  const cut = () =>
    run(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
  const role = `${name}_role`.slice(-60);
  await run(`drop role if exists ${role}`);
  await run(`create role ${role} login superuser`);
  return {
    url: database.url.replace('root@', `${role}@`),
    async fail() {
      await run(`alter database ${name} set default_transaction_read_only = on`);
      await cut();
    },
    recover: async () => void (await run(`alter database ${name} reset all`)),
    async lockOut() {
      await run(`alter role ${role} nologin`);
      await cut();
    },
    async close() {
      await run(`alter database ${name} reset all`);
      const own = openDatabase(database.url, 1);
      await sql.raw(`reassign owned by ${role} to root`).execute(own);
      await own.close();
      await run(`drop role ${role}`);
      await admin.close();
      database.release();
    },
  };
}

async function mariadbFailover(): Promise<Failover> {
  const server = await ownMariadb();
  return {
    url: `mysql://rookery:feathers@127.0.0.1:${server.port}/rookery`,
    fail: () => server.run('set global read_only = 1'),
    recover: () => server.run('set global read_only = 0'),
    async lockOut() {
      await server.run(`alter user rookery@'%' identified by 'other'; kill user rookery`);
    },
    close: () => server.close(),
  };
}

const engines = [
  ['PostgreSQL', postgresFailover, await isReached(servers.postgres)],
  ['MariaDB', mariadbFailover, await isReached(servers.mysql)],
] as const;

describe.each(engines)('after %s has failed over', (_name, start, isHere) => {
  let failover: Failover;
  let server: TestServer;

  beforeAll(async () => {
    if (!isHere) return;
    failover = await start();
    const database = openDatabase(failover.url, 1, { isPatient: true });
    await migrateUp(database);
    await database.close();
    server = await testServer({ environment: { DATABASE_URL: failover.url } });
    await server.tokens('alice');
  }, 60_000);

  afterAll(async () => {
    await server?.close();
    await failover?.close();
  });

  const post = () => server.send('POST', '/v2/posts', { as: 'alice', body: { text: 'Hello' } });
  const read = () => server.send('GET', '/v2/timeline', { as: 'alice' });
  const many = <T>(work: () => Promise<T>) => Promise.all(Array.from({ length: 12 }, work));

  it.skipIf(!isHere)(
    'a read-only server is an outage, and leaves no connection behind',
    async () => {
      await many(read);
      await failover.fail();
      await read();
      await many(read);

      const refused = await post();
      const ready = await server.send('GET', '/readyz');
      const reads = await many(read);

      expect(refused.status).toBe(503);
      expect(refused.headers['retry-after']).toMatch(/^\d+$/);
      expect(ready).toMatchObject({ status: 503, body: { status: 'the database is read-only' } });
      expect(reads.map(({ status }) => status)).toEqual(reads.map(() => 200));

      // At most once a second the whole pool is replaced.
      await new Promise((resolve) => setTimeout(resolve, 1100));
      await failover.recover();
      // The first may find that the connections of the meantime are of no use.
      await post();
      const posts = await many(post);

      expect(posts.map(({ status }) => status)).toEqual(posts.map(() => 201));
      expect((await server.send('GET', '/readyz')).status).toBe(200);
    },
  );

  it.skipIf(!isHere)('a login that is refused is an outage', async () => {
    await failover.lockOut();
    await many(read);

    const answers = [await read(), await post(), await server.send('GET', '/readyz')];

    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503]);
  });
});
