import type { Migration } from './migration.ts';

/** Names of uploaded files, where nobody may upload one of the same name twice. */
export const uploadNames: Migration = {
  name: '0003-upload-names',

  async up(db) {
    await db.schema
      .createTable('upload_names')
      .addColumn('account_id', 'integer', (c) => c.notNull())
      .addColumn('name', 'varchar(255)', (c) => c.notNull())
      .addColumn('post_id', 'integer', (c) => c.notNull().unique())
      .addPrimaryKeyConstraint('upload_names_key', ['account_id', 'name'])
      .addForeignKeyConstraint('upload_names_post', ['post_id'], 'posts', ['id'])
      .execute();
  },

  async down(db) {
    await db.schema.dropTable('upload_names').execute();
  },
};
