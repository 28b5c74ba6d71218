import { isMysql } from '../which-engine.ts';
import type { Migration } from './migration.ts';

/** Which post a reply answers, which post began its thread, and how many replies a post has. */
export const replies: Migration = {
  name: '0020-replies',

  async up(db) {
    await db.schema.alterTable('posts').addColumn('reply_to_id', 'integer').execute();
    await db.schema.alterTable('posts').addColumn('root_id', 'integer').execute();
    await db.schema
      .alterTable('posts')
      .addColumn('reply_count', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
    for (const [name, column] of Object.entries(indexes)) {
      await db.schema.createIndex(name).on('posts').columns([column, 'status_key']).execute();
    }
  },

  async down(db) {
    for (const name of Object.keys(indexes)) {
      const drop = db.schema.dropIndex(name);
      await (isMysql(db) ? drop.on('posts') : drop).execute();
    }
    for (const column of ['reply_to_id', 'root_id', 'reply_count']) {
      await db.schema.alterTable('posts').dropColumn(column).execute();
    }
  },
};

/** Lists of replies are read from the oldest on, by the key of their publication. */
const indexes = { posts_replies: 'reply_to_id', posts_thread: 'root_id' };
