import type { Migration } from './migration.ts';

const time = 'varchar(24)';

/** Groups of accounts, and the events that their members are told of. */
export const groups: Migration = {
  name: '0005-groups',

  async up(db) {
    await db.schema
      .createTable('groups')
      .addColumn('id', 'integer', (c) => c.primaryKey().notNull())
      .addColumn('name', 'varchar(100)', (c) => c.notNull())
      .addColumn('name_key', 'varchar(254)', (c) => c.notNull().unique())
      .addColumn('member_count', 'integer', (c) => c.notNull())
      .addColumn('created_at', time, (c) => c.notNull())
      .execute();
    await db.schema
      .createTable('group_members')
      .addColumn('group_id', 'integer', (c) => c.notNull())
      .addColumn('account_id', 'integer', (c) => c.notNull())
      .addColumn('created_at', time, (c) => c.notNull())
      .addPrimaryKeyConstraint('group_members_pk', ['group_id', 'account_id'])
      .addForeignKeyConstraint('group_members_group', ['group_id'], 'groups', ['id'])
      .addForeignKeyConstraint('group_members_account', ['account_id'], 'accounts', ['id'])
      .execute();
    await db.schema
      .createIndex('group_members_account_id')
      .on('group_members')
      .column('account_id')
      .execute();
    await db.schema
      .createTable('event_templates')
      .addColumn('id', 'integer', (c) => c.primaryKey().notNull())
      .addColumn('name', 'varchar(100)', (c) => c.notNull())
      .addColumn('name_key', 'varchar(254)', (c) => c.notNull().unique())
      .addColumn('text', 'text', (c) => c.notNull())
      .addColumn('created_at', time, (c) => c.notNull())
      .execute();
    await db.schema
      .createTable('group_events')
      .addColumn('id', 'integer', (c) => c.primaryKey().notNull())
      .addColumn('group_id', 'integer', (c) => c.notNull())
      // No foreign keys: an event outlives its template and its creator.
      .addColumn('template_id', 'integer', (c) => c.notNull())
      .addColumn('creator_id', 'integer')
      .addColumn('text', 'text', (c) => c.notNull())
      .addColumn('created_at', time, (c) => c.notNull())
      .addColumn('pushed_at', time)
      .addForeignKeyConstraint('group_events_group', ['group_id'], 'groups', ['id'])
      .execute();
    await db.schema
      .createIndex('group_events_group_id_id')
      .on('group_events')
      .columns(['group_id', 'id'])
      .execute();
    await db.schema
      .createIndex('group_events_created_at')
      .on('group_events')
      .column('created_at')
      .execute();
  },

  async down(db) {
    for (const table of ['group_events', 'event_templates', 'group_members', 'groups']) {
      await db.schema.dropTable(table).execute();
    }
  },
};
