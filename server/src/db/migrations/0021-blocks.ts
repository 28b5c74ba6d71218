import type { Migration } from './migration.ts';

/** Who has blocked whom. */
export const blocks: Migration = {
  name: '0021-blocks',

  async up(db) {
    await db.schema
      .createTable('blocks')
      .addColumn('account_id', 'integer', (column) => column.notNull())
      .addColumn('target_id', 'integer', (column) => column.notNull())
      .addColumn('block_key', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('blocks_pk', ['account_id', 'target_id'])
      .addForeignKeyConstraint('blocks_account', ['account_id'], 'accounts', ['id'])
      .addForeignKeyConstraint('blocks_target', ['target_id'], 'accounts', ['id'])
      .execute();
    for (const [name, columns] of Object.entries(indexes)) {
      await db.schema.createIndex(name).on('blocks').columns(columns).execute();
    }
  },

  async down(db) {
    await db.schema.dropTable('blocks').execute();
  },
};

/** Who has blocked an account, and the list of those whom it has blocked. */
const indexes = {
  blocks_target: ['target_id', 'account_id'],
  blocks_list: ['account_id', 'block_key'],
};
