import type { Kysely } from 'kysely';
import { isMysql } from '../which-engine.ts';
import type { Migration } from './migration.ts';

/** What a photo tells of itself, and the profile picture that is to come. */
export const photoFacts: Migration = {
  name: '0013-photo-facts',

  async up(db) {
    if (isMysql(db)) await addTogether(db);
    else {
      for (const [column, type] of columns) {
        await db.schema.alterTable('media').addColumn(column, type).execute();
      }
    }
    await db.schema.alterTable('accounts').addColumn('next_avatar_media_id', 'integer').execute();
  },

  async down(db) {
    await db.schema.alterTable('accounts').dropColumn('next_avatar_media_id').execute();
    for (const [column] of columns.toReversed()) {
      await db.schema.alterTable('media').dropColumn(column).execute();
    }
  },
};

const columns = [
  ['camera_make', 'varchar(64)'],
  ['camera_model', 'varchar(64)'],
  // The camera's own clock, with its offset from UTC if it is known: `2026-06-01T12:00:00+02:00`.
  ['taken_at', 'varchar(25)'],
  ['latitude', 'double precision'],
  ['longitude', 'double precision'],
] as const;

/** MySQL writes each change of a table to the disk; SQLite takes one column per statement. */
async function addTogether(db: Kysely<unknown>): Promise<void> {
  const [[column, type], ...others] = columns;
  let change = db.schema.alterTable('media').addColumn(column, type);
  for (const [name, of] of others) change = change.addColumn(name, of);
  await change.execute();
}
