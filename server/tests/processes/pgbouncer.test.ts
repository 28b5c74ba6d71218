import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import { migrateDown, migrateUp, noMigration } from '../../src/db/migrate.ts';
import { migrations } from '../../src/db/migrations/index.ts';
import { codeOf, isOutage } from '../../src/db/outages.ts';
import { readAccountCards } from '../../src/domain/accounts/account-card-store.ts';
import { readPosts } from '../../src/domain/posts/post-store.ts';
import { bareDatabase, isReached, servers, type TestDatabase } from '../support/databases.ts';
import { type PgBouncer, pgbouncer, pgbouncerProblem } from '../support/pgbouncer.ts';
import { testServer } from '../support/server.ts';

const isHere = pgbouncerProblem === null && (await isReached(servers.postgres));

describe.skipIf(!isHere)('PgBouncer in transaction mode', { timeout: 60_000 }, () => {
  let direct: TestDatabase;
  let pooler: PgBouncer;

  beforeAll(async () => {
    direct = await bareDatabase('postgres');
    pooler = await pgbouncer(direct.url);
  });

  afterAll(async () => {
    await pooler.close();
    direct.release();
  });

  it('lets two migrators come at once, of which one works, and leaves no lock behind', async () => {
    const [one, two] = [open(), open()];

    const reports = await Promise.all([migrateUp(one), migrateUp(two)]);

    expect(reports.flatMap(({ applied }) => applied)).toEqual(migrations.map(({ name }) => name));
    expect(await locks()).toBe(0);
    await Promise.all([one.close(), two.close()]);

    function open() {
      return openDatabase(pooler.url, 2, { isPatient: true });
    }
  });

  it('serves the program: sign-ups, posts, lists and jobs', async () => {
    await migrated();
    const server = await testServer({ environment: { DATABASE_URL: pooler.url } });

    const posts = Array.from({ length: 12 }, (_, i) =>
      server.send('POST', '/v2/posts', { as: 'alice', body: { text: `post ${i}` } }),
    );
    const statuses = (await Promise.all(posts)).map(({ status }) => status);
    await server.work();
    const list = await server.send('GET', '/v2/explore', { as: 'bob' });
    const ready = await server.send('GET', '/readyz');

    expect(statuses).toEqual(Array.from({ length: 12 }, () => 201));
    expect(list.body.items).toHaveLength(12);
    expect(ready.status).toBe(200);
    await server.close();
  });

  it('serves reads and transactions at once, whether it keeps statements for its clients or not', async () => {
    await migrated();
    const database = openDatabase(pooler.url, 8);
    const unpooled = openDatabase(direct.url, 1);
    const cards = await readAccountCards(unpooled, [1, 2]);
    const read = () => readAccountCards(database, [1, 2]);
    const write = () =>
      database.transaction(async (tx) => {
        await readPosts(tx, [1]);
        return readAccountCards(tx, [1, 2]);
      });

    const found: unknown[] = [];
    for (let round = 0; round < 5; round += 1) {
      const some = [read(), write(), read(), write(), read(), read(), read()];
      found.push(...(await Promise.all(some)));
    }

    expect(found).toEqual(found.map(() => cards));
    await Promise.all([database.close(), unpooled.close()]);
  });

  it('keeps the limits: of the server in a transaction, of the client outside of it', async () => {
    await migrated();
    const database = openDatabase(pooler.url, 1);
    const wait = sql`select pg_sleep(30)`;

    const inside = await database.transaction((tx) => wait.execute(tx)).catch((e: unknown) => e);
    const outside = await wait.execute(database).catch((error: unknown) => error);
    const after = await sql<{ one: number }>`select 1 as one`.execute(database);

    expect(codeOf(inside)).toBe('57014');
    expect(isOutage(outside)).toBe(true);
    expect(after.rows).toEqual([{ one: 1 }]);
    await database.close();
  });

  it('leaves no limit to whoever has the connection next', async () => {
    await migrated();
    const database = openDatabase(pooler.url, 1);
    await database.transaction((tx) => sql`select 1`.execute(tx));

    const { rows } = await sql`show statement_timeout`.execute(database);

    expect(rows).toEqual([{ statement_timeout: '0' }]);
    await database.close();
  });

  it('takes a schema back', async () => {
    await migrated();
    const database = openDatabase(pooler.url, 1, { isPatient: true });

    const { reverted } = await migrateDown(database, noMigration);

    expect(reverted).toHaveLength(migrations.length);
    await database.close();
  });

  async function migrated(): Promise<void> {
    const database = openDatabase(pooler.url, 1, { isPatient: true });
    await migrateUp(database);
    await database.close();
  }

  async function locks(): Promise<number> {
    const database = openDatabase(direct.url, 1);
    const { rows } = await sql<{ n: number }>`
      select count(*) as n from pg_locks where locktype = 'advisory'
      and database = (select oid from pg_database where datname = current_database())`.execute(
      database,
    );
    await database.close();
    return rows[0]?.n ?? -1;
  }
});
