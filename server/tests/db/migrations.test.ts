import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { migrationSql } from '../../src/db/dry-run.ts';
import {
  migrateDown,
  migrateUp,
  migrationHistory,
  migrationStates,
  noMigration,
  schemaProblems,
  stampMigrations,
} from '../../src/db/migrate.ts';
import { migrations } from '../../src/db/migrations/index.ts';
import { dropTables, listTables } from '../../src/db/reset.ts';
import { command } from '../support/command.ts';
import { bareDatabase, type TestDatabase } from '../support/databases.ts';
import { aPicture, aPost, changeAccount } from '../support/given.ts';
import { testServer } from '../support/server.ts';

const names = migrations.map(({ name }) => name);
const lastName = names.at(-1) ?? '';
/** Steps on engines that write every change of a table to the disk, or in processes of their own. */
const slow = { timeout: 60_000 };

describe('migrations', () => {
  let test: TestDatabase;
  let database: Database;

  beforeEach(async () => {
    test = await bareDatabase(process.env.TEST_DATABASE);
    database = openDatabase(test.url);
  });

  afterEach(async () => {
    await database.close();
    test.release();
  });

  it('go up, all the way down, and up again', slow, async () => {
    const up = await migrateUp(database);
    const down = await migrateDown(database, noMigration);
    const left = await listTables(database);
    const again = await migrateUp(database);

    expect(up).toEqual({ applied: names, reverted: [] });
    expect(down).toEqual({ applied: [], reverted: names.toReversed() });
    expect(left).toEqual(['migrations']);
    expect(again.applied).toEqual(names);
  });

  it('go down and up again, each step, while there is data', slow, async () => {
    const environment = { DATABASE_URL: test.url };
    await migrateUp(database);
    const before = await testServer({ environment });
    await aPost(before, 'alice', { mediaIds: [await aPicture(before, 'alice')] });
    await before.send('PUT', '/v2/users/alice/follow', { as: 'bob' });
    await before.send('PUT', '/v2/posts/1/like', { as: 'bob' });
    await before.close();

    const reverted: string[] = [];
    for (const _ of names) reverted.push(...(await migrateDown(database)).reverted);
    const nothingLeft = await migrateDown(database);
    for (const name of names) await migrateUp(database, name);
    const after = await testServer({ environment });
    const post = await aPost(after, 'alice');
    await after.close();

    expect(reverted).toEqual(names.toReversed());
    expect(nothingLeft.reverted).toEqual([]);
    expect(post).toBe(1);
  });

  it(
    'hide what belongs to those who are disabled already, and count it on the way back',
    slow,
    async () => {
      const environment = { DATABASE_URL: test.url };
      await migrateUp(database);
      const before = await testServer({ environment });
      await aPost(before, 'alice');
      await aPost(before, 'bob');
      await before.send('PUT', '/v2/users/alice/follow', { as: 'bob' });
      await before.send('PUT', '/v2/posts/1/like', { as: 'bob' });
      await changeAccount(before, 'bob', { disabled: true });
      await before.work();
      await before.close();
      const counts = async () => {
        const of = database
          .selectFrom('accounts')
          .innerJoin('posts', 'posts.account_id', 'accounts.id');
        const row = await of
          .select(['follower_count', 'like_count'])
          .where('username', '=', 'alice')
          .executeTakeFirstOrThrow();
        const keys = await database
          .selectFrom('posts')
          .select('id')
          .where('feed_key', 'is not', null)
          .execute();
        return [row.follower_count, row.like_count, keys.length];
      };

      const hidden = await counts();
      await migrateDown(database, names[names.indexOf('0010-hidden-content') - 1]);
      const shown = await counts();
      await migrateUp(database);
      const after = await testServer({ environment });
      await after.work();
      await after.close();

      expect([hidden, shown, await counts()]).toEqual([
        [0, 0, 1],
        [1, 1, 2],
        [0, 0, 1],
      ]);
    },
  );

  it('forget the plain fingerprints of earlier versions', async () => {
    await migrateUp(database, '0005-groups');
    const row = {
      account_id: 0,
      key: 'k',
      operation: 'accounts.signUp',
      fingerprint: '0'.repeat(64),
      result_id: 1,
      created_at: '2026-06-01T12:00:00.000Z',
    };
    await database.kysely.insertInto('idempotency_keys').values(row).execute();

    await migrateUp(database);

    expect(await database.selectFrom('idempotency_keys').selectAll().execute()).toEqual([]);
  });

  it('never revert a step when told to go up to an earlier one', async () => {
    await migrateUp(database);

    const report = await migrateUp(database, names[0]);

    expect(report).toEqual({ applied: [], reverted: [] });
    expect(await schemaProblems(database)).toEqual([]);
  });

  it('are applied once by two migrators at once', async () => {
    const other = openDatabase(test.url);

    const reports = await Promise.all([migrateUp(database), migrateUp(other)]);
    await other.close();

    expect(reports.flatMap(({ applied }) => applied)).toEqual(names);
    expect(await schemaProblems(database)).toEqual([]);
  });

  it('are applied once by two processes at once', slow, async () => {
    const environment = { DATABASE_URL: test.url };
    const migrate = () => command(['migrate', 'up'], environment);

    const ended = await Promise.all([migrate(), migrate()]);

    const lines = ended.flatMap(({ out }) => out.trim().split('\n')).sort();
    expect(ended.map(({ code, err }) => [code, err])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    expect(lines).toEqual([
      'Nothing to do: the schema is up to date.',
      ...names.map((name) => `applied ${name}`),
    ]);
  });

  it('tell what is applied, in order, also before the first', async () => {
    const before = [await migrationHistory(database), await migrationStates(database)];
    const problems = await schemaProblems(database);
    await migrateUp(database);

    const history = await migrationHistory(database);

    expect(before).toEqual([[], names.map((name) => ({ name, appliedAt: null }))]);
    expect(problems).toEqual([`The database lacks ${names.join(', ')}. Run: ./rookery migrate up`]);
    expect(history.map(({ name }) => name)).toEqual(names);
    expect(history[0]?.appliedAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/);
  });

  it('are noted without being run', async () => {
    const first = await stampMigrations(database, lastName);
    const second = await stampMigrations(database, lastName);

    expect([first, second]).toEqual([names, []]);
    expect(await listTables(database)).toEqual(['migrations']);
    expect(await schemaProblems(database)).toEqual([]);
  });

  it('leave a database alone that a newer version has changed', async () => {
    await migrateUp(database);
    await sql`insert into migrations values ('9999-future', '2999-01-01')`.execute(database.kysely);

    const problem =
      'The database has 9999-future, which this version does not know. Start a newer version.';
    expect(await schemaProblems(database)).toEqual([problem]);
    await expect(migrateUp(database)).rejects.toThrow(problem);
    await expect(migrateDown(database)).rejects.toThrow(problem);
  });

  it.skipIf(process.env.TEST_DATABASE === 'mysql')(
    'keep nothing of a step that fails',
    async () => {
      await sql`create table likes (id integer)`.execute(database.kysely);

      const migrating = migrateUp(database);

      await expect(migrating).rejects.toThrow(
        /0001-foundation failed; nothing of it was kept\. .*likes/,
      );
      expect(await listTables(database)).toEqual(['likes']);
    },
  );

  it.runIf(process.env.TEST_DATABASE === 'mysql')(
    'say what MySQL could not take back',
    async () => {
      await sql`create table likes (id integer)`.execute(database.kysely);

      const migrating = migrateUp(database);

      await expect(migrating).rejects.toThrow(/MySQL cannot take back .*migrate stamp/);
      expect(await migrationHistory(database)).toEqual([]);
    },
  );

  it('refuse a name that is none', async () => {
    await expect(migrateUp(database, '0000-nothing')).rejects.toThrow(
      'No migration is called 0000-nothing.',
    );
  });

  it('can be read as SQL, which makes the same tables when it is run', async () => {
    const statements: string[] = [];
    for (const name of names) statements.push(...(await migrationSql(test.url, name, 'up')));
    const before = await listTables(database);

    for (const statement of statements) await sql.raw(statement).execute(database.kysely);
    const byHand = await listTables(database);
    await dropTables(database);
    await migrateUp(database);

    expect(before).toEqual([]);
    expect(['migrations', ...byHand].sort()).toEqual(await listTables(database));
  });

  it('drop all tables at a reset, whatever refers to what', async () => {
    await migrateUp(database);
    await sql`create table somebody_elses (id integer)`.execute(database.kysely);
    const server = await testServer({ environment: { DATABASE_URL: test.url } });
    await aPost(server, 'alice');
    await server.close();

    await dropTables(database);

    expect(await listTables(database)).toEqual([]);
  });
});
