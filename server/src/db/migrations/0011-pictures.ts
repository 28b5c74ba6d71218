import type { Migration } from './migration.ts';

/** Whether a picture moves, and the name of the file that it came in. Those that are there are stills without a name. */
export const pictures: Migration = {
  name: '0011-pictures',

  async up(db) {
    await db.schema
      .alterTable('media')
      .addColumn('is_animated', 'integer', (c) => c.notNull().defaultTo(0))
      .execute();
    await db.schema.alterTable('media').addColumn('file_name', 'varchar(255)').execute();
  },

  async down(db) {
    await db.schema.alterTable('media').dropColumn('file_name').execute();
    await db.schema.alterTable('media').dropColumn('is_animated').execute();
  },
};
