import { type Kysely, sql } from 'kysely';
import { isMysql } from '../which-engine.ts';
import type { Migration } from './migration.ts';

/**
 * Notes which posts, likes and follows are out of sight, since the account that they belong to is disabled; and indexes by which
 * a process finds the newest keys.
 */
export const hiddenContent: Migration = {
  name: '0010-hidden-content',

  async up(db) {
    for (const [table, columns] of Object.entries(flags)) {
      for (const column of columns) {
        await db.schema
          .alterTable(table)
          .addColumn(column, 'integer', (c) => c.notNull().defaultTo(0))
          .execute();
      }
    }
    await db.schema.alterTable('posts').addColumn('hidden_key', 'bigint').execute();
    for (const [table, column] of keys) {
      await db.schema.createIndex(`${table}_${column}`).on(table).column(column).execute();
    }
    await hideDisabled(db);
  },

  async down(db) {
    await sql`update posts set feed_key = hidden_key where hidden_key is not null`.execute(db);
    await sql`update posts set like_count = like_count
      + (select count(*) from likes where likes.post_id = posts.id and likes.hidden = 1)`.execute(
      db,
    );
    await sql`update accounts set
      follower_count = follower_count + (select count(*) from follows
        where follows.followee_id = accounts.id and follows.follower_hidden = 1),
      following_count = following_count + (select count(*) from follows
        where follows.follower_id = accounts.id and follows.followee_hidden = 1)`.execute(db);
    for (const [table, column] of keys) {
      const drop = db.schema.dropIndex(`${table}_${column}`);
      await (isMysql(db) ? drop.on(table) : drop).execute();
    }
    await db.schema.alterTable('posts').dropColumn('hidden_key').execute();
    for (const [table, columns] of Object.entries(flags)) {
      for (const column of columns) await db.schema.alterTable(table).dropColumn(column).execute();
    }
  },
};

const keys = [
  ['likes', 'like_key'],
  ['follows', 'follow_key'],
] as const;

const flags = { likes: ['hidden'], follows: ['follower_hidden', 'followee_hidden'] };

/** The job hides what belongs to accounts that are disabled already. Numbers above those of other events are free. */
async function hideDisabled(db: Kysely<unknown>): Promise<void> {
  const text = sql.raw(isMysql(db) ? 'char' : 'varchar');
  await sql`insert into outbox (id, topic, payload, event_id, attempts, claims, due_at, created_at)
    select ${firstEvent} + id, 'account.hidden',
      concat('{"accountId":', cast(id as ${text}), '}'), ${firstEvent} + id, 0, 0, disabled_at, disabled_at
    from accounts where disabled_at is not null and deleted_at is null`.execute(db);
}

const firstEvent = sql.raw(String(2 ** 48));
