import type { Migration } from './migration.ts';

/** What older clients keep about their user, and who of them is signed in. */
export const userDocuments: Migration = {
  name: '0004-user-documents',

  async up(db) {
    await db.schema
      .createTable('user_documents')
      .addColumn('account_id', 'integer', (c) => c.primaryKey().notNull())
      .addColumn('content', 'text', (c) => c.notNull())
      .addColumn('last_login_at', 'varchar(24)')
      .addColumn('active_since', 'varchar(24)')
      .addForeignKeyConstraint('user_documents_account', ['account_id'], 'accounts', ['id'])
      .execute();
    await db.schema
      .createIndex('user_documents_active_since')
      .on('user_documents')
      .columns(['active_since'])
      .execute();
  },

  async down(db) {
    await db.schema.dropTable('user_documents').execute();
  },
};
