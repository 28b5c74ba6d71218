import type { Migration } from './migration.ts';

/** What people report to moderators. */
export const reports: Migration = {
  name: '0022-reports',

  async up(db) {
    const time = 'varchar(24)';
    await db.schema
      .createTable('reports')
      .addColumn('id', 'bigint', (column) => column.primaryKey().notNull())
      // No foreign key: a report outlives the account of its reporter.
      .addColumn('reporter_id', 'integer', (column) => column.notNull())
      .addColumn('target_id', 'integer', (column) => column.notNull())
      .addColumn('posts', 'text', (column) => column.notNull())
      .addColumn('category', 'varchar(32)', (column) => column.notNull())
      .addColumn('comment', 'text', (column) => column.notNull())
      .addColumn('state', 'varchar(16)', (column) => column.notNull())
      .addColumn('action', 'varchar(32)')
      .addColumn('note', 'text')
      .addColumn('resolver_id', 'integer')
      .addColumn('resolved_at', time)
      .addColumn('created_at', time, (column) => column.notNull())
      .addForeignKeyConstraint('reports_target', ['target_id'], 'accounts', ['id'])
      .execute();
    for (const column of ['state', 'target_id']) {
      await db.schema
        .createIndex(`reports_${column}_id`)
        .on('reports')
        .columns([column, 'id'])
        .execute();
    }
  },

  async down(db) {
    await db.schema.dropTable('reports').execute();
  },
};
