import { isMysql, isPostgres } from '../which-engine.ts';
import type { Migration } from './migration.ts';

/** What processes without Redis tell each other. A row lives for about a minute. */
export const broadcasts: Migration = {
  name: '0016-broadcasts',

  async up(db) {
    await db.schema
      .createTable('broadcasts')
      // The database numbers them: the clocks of the processes may differ.
      .addColumn('id', 'bigint', (column) => {
        const id = column.primaryKey().notNull();
        if (isMysql(db)) return id.autoIncrement();
        // SQLite numbers no such column, and needs none: its one process writes no row.
        return isPostgres(db) ? id.generatedByDefaultAsIdentity() : id;
      })
      .addColumn('sender', 'varchar(36)', (c) => c.notNull())
      .addColumn('topic', 'varchar(64)', (c) => c.notNull())
      .addColumn('payload', 'text', (c) => c.notNull())
      .addColumn('created_at', 'varchar(24)', (c) => c.notNull())
      .execute();
    await db.schema
      .createIndex('broadcasts_created_at')
      .on('broadcasts')
      .column('created_at')
      .execute();
  },

  async down(db) {
    await db.schema.dropTable('broadcasts').execute();
  },
};
