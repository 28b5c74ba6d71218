import { type RawBuilder, sql } from 'kysely';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { migrateUp } from '../../src/db/migrate.ts';
import { bareDatabase } from './databases.ts';

/** A database of its own, migrated and filled: emptying tables with so many rows would take the next test longer than making them. */
export async function filledDatabase(fill: (database: Database) => Promise<void>) {
  const test = await bareDatabase(process.env.TEST_DATABASE);
  const database = openDatabase(test.url, 1);
  await migrateUp(database);
  await fill(database);
  return {
    database,
    url: test.url,
    async close(): Promise<void> {
      await database.close();
      test.release();
    },
  };
}

export type FilledDatabase = Awaited<ReturnType<typeof filledDatabase>>;

const at = '2026-06-01T12:00:00.000Z';

/** Accounts 1 to `count`, in one statement. */
export async function fillAccounts({ kysely }: Database, count: number): Promise<void> {
  await sql`
    insert into accounts (id, username, display_name, bio, role, post_count, follower_count,
      following_count, media_bytes, created_at, updated_at)
    select n, concat('person', n), 'Person', '', 'user', 0, 0, 0, 0, ${at}, ${at}
    from ${numbers(count)}`.execute(kysely);
}

/** Published posts, whose ids go up from `from`; the higher the id, the newer. `author` is an expression of the number `n`. */
export async function fillPosts(
  { kysely }: Database,
  { count, from, author }: { count: number; from: number; author: RawBuilder<number> },
): Promise<void> {
  const id = sql`n + ${sql.lit(from - 1)}`;
  await sql`
    insert into posts (id, account_id, state, text, has_media, feed_key, like_count,
      created_at, updated_at, published_at)
    select ${id}, ${author}, 'published', 'Hello.', 0, (${id}) * 16, 0, ${at}, ${at}, ${at}
    from ${numbers(count)}`.execute(kysely);
}

/** Lets an account follow `count` others, beginning with one. */
export async function fillFollows(
  { kysely }: Database,
  { by, first, count }: { by: number; first: number; count: number },
): Promise<void> {
  await sql`
    insert into follows (follower_id, followee_id, follow_key)
    select ${sql.lit(by)}, n + ${sql.lit(first - 1)}, ${sql.lit(by * 100_000)} + n + ${sql.lit(first)}
    from ${numbers(count)}`.execute(kysely);
}

/** Lets `count` accounts, beginning with one, block an account or be blocked by it. */
export async function fillBlocks(
  { kysely }: Database,
  { of, first, count, isBlocker }: { of: number; first: number; count: number; isBlocker: boolean },
): Promise<void> {
  const other = sql`n + ${sql.lit(first - 1)}`;
  const [by, whom] = isBlocker ? [sql.lit(of), other] : [other, sql.lit(of)];
  await sql`
    insert into blocks (account_id, target_id, block_key)
    select ${by}, ${whom}, n * 16 from ${numbers(count)}`.execute(kysely);
}

/** What the server needs to know to plan well. */
export async function collectStatistics({ engine, kysely }: Database): Promise<void> {
  if (engine === 'mysql') await sql`analyze table accounts, posts, follows, blocks`.execute(kysely);
  else if (engine !== 'sqlite') await sql`analyze accounts, posts, follows, blocks`.execute(kysely);
}

/** A table with the numbers from 1, as every engine can make it. */
function numbers(count: number) {
  const digits = sql.raw(
    `(${Array.from({ length: 10 }, (_, d) => `select ${d} as d`).join(' union all ')})`,
  );
  const n = sql`1 + a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d`;
  return sql`(
    select ${n} as n from ${digits} as a, ${digits} as b, ${digits} as c, ${digits} as e, ${digits} as f
    where ${n} <= ${sql.lit(count)}
  ) as numbers`;
}
