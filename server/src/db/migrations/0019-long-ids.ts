import { type Kysely, sql } from 'kysely';
import { isMysql, isPostgres } from '../which-engine.ts';
import type { Migration } from './migration.ts';

/**
 * Room for more than 2^31 sessions, links and devices: ten million sign-ins a day use up 32 bits in 215 days. PostgreSQL and
 * MySQL rewrite these tables; requests that use one wait until it is done.
 */
export const longIds: Migration = {
  name: '0019-long-ids',

  async up(db) {
    for (const [table, columns] of Object.entries(widened)) {
      await changeType(db, table, columns, 'bigint');
    }
  },

  async down(db) {
    for (const [table, columns] of Object.entries(widened)) {
      await changeType(db, table, columns, 'integer');
    }
  },
};

/** What each holds: a number, or a number or null. */
const widened: Record<string, Record<string, 'not null' | 'null'>> = {
  sessions: { id: 'not null', app_password_id: 'null' },
  verifications: { id: 'not null', session_id: 'null' },
  passkeys: { id: 'not null' },
  app_passwords: { id: 'not null' },
  identities: { id: 'not null' },
  devices: { id: 'not null', session_id: 'null' },
  idempotency_keys: { result_id: 'not null' },
  id_ranges: { next_id: 'not null' },
};

/** All columns of a table at once, since it is rewritten. SQLite keeps 64 bits in either type. */
async function changeType(
  db: Kysely<unknown>,
  table: string,
  columns: Record<string, 'not null' | 'null'>,
  type: 'bigint' | 'integer',
): Promise<void> {
  if (!isMysql(db) && !isPostgres(db)) return;
  const changes = Object.entries(columns).map(([column, nullness]) =>
    isMysql(db)
      ? sql`modify column ${sql.id(column)} ${sql.raw(`${type} ${nullness}`)}`
      : sql`alter column ${sql.id(column)} type ${sql.raw(type)}`,
  );
  await sql`alter table ${sql.table(table)} ${sql.join(changes)}`.execute(db);
}
