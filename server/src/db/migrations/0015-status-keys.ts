import { type Kysely, sql } from 'kysely';
import type { BackfillRow } from '../backfill.ts';
import { isMysql } from '../which-engine.ts';
import type { Migration } from './migration.ts';

/**
 * Gives every post that was ever published a key that never changes: an id for clients that page by ids. It is the key of its
 * place in the feeds; posts that were moved to a later place are known by that one.
 */
export const statusKeys: Migration = {
  name: '0015-status-keys',

  async up(db) {
    await db.schema.alterTable('posts').addColumn('status_key', 'bigint').execute();
    await db.schema
      .createIndex('posts_status_key')
      .unique()
      .on('posts')
      .column('status_key')
      .execute();
  },

  backfill: {
    table: 'posts',
    key: ['id'],
    columns: ['feed_key', 'hidden_key'],
    where: () => sql`coalesce(feed_key, hidden_key) is not null and status_key is null`,

    async fill(db, rows) {
      const taken = await takenOf(db, rows.map(keyOf));
      const plain: unknown[] = [];
      const repeated: BackfillRow[] = [];
      for (const row of rows) {
        if (taken.has(keyOf(row))) repeated.push(row);
        else plain.push(row.id);
        taken.add(keyOf(row));
      }
      if (plain.length > 0) {
        await sql`update posts set status_key = coalesce(feed_key, hidden_key)
          where id in (${sql.join(plain)})`.execute(db);
      }
      // The key of a hidden post may be that of another one. The next key is nearly always free.
      for (const row of repeated) {
        let key = keyOf(row);
        while ((await takenOf(db, [key])).size > 0) key += 1;
        await sql`update posts set status_key = ${key} where id = ${row.id}`.execute(db);
      }
    },
  },

  async down(db) {
    const drop = db.schema.dropIndex('posts_status_key');
    await (isMysql(db) ? drop.on('posts') : drop).execute();
    await db.schema.alterTable('posts').dropColumn('status_key').execute();
  },
};

function keyOf({ feed_key, hidden_key }: BackfillRow): number {
  return Number(feed_key ?? hidden_key);
}

async function takenOf(db: Kysely<unknown>, keys: readonly number[]): Promise<Set<number>> {
  const { rows } = await sql<{ status_key: string | number }>`
    select status_key from posts where status_key in (${sql.join(keys)})`.execute(db);
  return new Set(rows.map(({ status_key }) => Number(status_key)));
}
