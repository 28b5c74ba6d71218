import type { Kysely } from 'kysely';
import { isMysql } from '../dialects.ts';
import type { Migration } from './migration.ts';

/** Lists are ordered by time: processes lease ids in ranges, so the higher id may be the older row. */
export const listOrder: Migration = {
  name: '0009-list-order',

  async up(db) {
    for (const [table, columns] of byTime) await index(db, table, columns);
    for (const [table, columns] of byId) await dropIndex(db, table, columns);
  },

  async down(db) {
    for (const [table, columns] of byId) await index(db, table, columns);
    for (const [table, columns] of byTime) await dropIndex(db, table, columns);
  },
};

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
