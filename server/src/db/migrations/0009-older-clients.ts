import { type Kysely, sql } from 'kysely';
import { hasLateral, isMysql } from '../which-engine.ts';
import type { Migration } from './migration.ts';

/**
 * Lists are ordered by time: processes lease ids in ranges, so the higher id may be the older row. Names are as long as the
 * longest that an older contract takes.
 */
export const olderClients: Migration = {
  name: '0009-older-clients',

  async up(db) {
    await setNameLength(db, 255);
    for (const [table, columns] of byTime) await index(db, table, columns);
    for (const [table, columns] of byId) await dropIndex(db, table, columns);
  },

  async down(db) {
    for (const [table, columns] of byId) await index(db, table, columns);
    for (const [table, columns] of byTime) await dropIndex(db, table, columns);
    await sql`update accounts set display_name = substr(display_name, 1, 200)`.execute(db);
    await setNameLength(db, 200);
  },
};

/** SQLite keeps texts of any length. */
async function setNameLength(db: Kysely<unknown>, length: number): Promise<void> {
  const type = sql.raw(`varchar(${length})`);
  const table = db.schema.alterTable('accounts');
  if (isMysql(db)) await table.modifyColumn('display_name', type, (c) => c.notNull()).execute();
  else if (hasLateral(db)) {
    await table.alterColumn('display_name', (c) => c.setDataType(type)).execute();
  }
}

type Index = [table: string, columns: string[]];

const byTime: Index[] = [
  ['accounts', ['created_at', 'id']],
  ['accounts', ['role', 'created_at', 'id']],
  ['accounts', ['disabled_at', 'created_at', 'id']],
  ['posts', ['account_id', 'state', 'created_at', 'id']],
  ['media', ['created_at', 'id']],
  ['media', ['account_id', 'created_at', 'id']],
  ['group_members', ['group_id', 'created_at', 'account_id']],
  ['group_events', ['group_id', 'created_at', 'id']],
];

const byId: Index[] = [
  ['accounts', ['role', 'id']],
  ['accounts', ['disabled_at', 'id']],
  ['posts', ['account_id', 'state', 'id']],
  ['group_events', ['group_id', 'id']],
];

function index(db: Kysely<unknown>, table: string, columns: string[]): Promise<void> {
  return db.schema
    .createIndex(`${table}_${columns.join('_')}`)
    .on(table)
    .columns(columns)
    .execute();
}

function dropIndex(db: Kysely<unknown>, table: string, columns: string[]): Promise<void> {
  const drop = db.schema.dropIndex(`${table}_${columns.join('_')}`);
  return (isMysql(db) ? drop.on(table) : drop).execute();
}
