import { type Kysely, sql } from 'kysely';
import { isMysql } from '../which-engine.ts';
import type { Migration } from './migration.ts';

/**
 * Verifications, social identities, second factors, devices, notifications, the audit log, what accounts are searched by, and
 * how often an event was begun.
 */
export const identity: Migration = {
  name: '0002-identity',

  async up(db) {
    await db.schema
      .alterTable('outbox')
      .addColumn('claims', 'integer', (c) => c.notNull().defaultTo(0))
      .execute();
    await accountColumns(db);
    await proofs(db);
    await secondFactors(db);
    await reaching(db);
  },

  async down(db) {
    const tables = [
      'notification_settings',
      'notifications',
      'devices',
      'app_passwords',
      'passkeys',
      'recovery_codes',
      'totp_keys',
      'identities',
      'audit_log',
      'verifications',
    ];
    for (const table of tables) await db.schema.dropTable(table).execute();
    await db.schema.alterTable('outbox').dropColumn('claims').execute();
    await db.schema.alterTable('sessions').dropColumn('app_password_id').execute();
    for (const columns of accountIndexes) await dropIndex(db, 'accounts', columns);
    for (const column of accountColumnNames) {
      await db.schema.alterTable('accounts').dropColumn(column).execute();
    }
  },
};

const time = 'varchar(24)';

const accountColumnNames = [
  'language',
  'phone',
  'phone_verified_at',
  'last_login_at',
  'display_name_key',
];

async function accountColumns(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('accounts')
    .addColumn('language', 'varchar(8)', (c) => c.notNull().defaultTo('en'))
    .execute();
  await db.schema.alterTable('accounts').addColumn('phone', 'varchar(20)').execute();
  await db.schema.alterTable('accounts').addColumn('phone_verified_at', time).execute();
  await db.schema.alterTable('accounts').addColumn('last_login_at', time).execute();
  await db.schema
    .alterTable('accounts')
    .addColumn('display_name_key', 'varchar(64)', (c) => c.notNull().defaultTo(''))
    .execute();
  // Folded as well as SQL can; the store does it better at the next change of a name.
  await sql`update accounts set display_name_key = lower(substr(display_name, 1, 64))`.execute(db);
  for (const columns of accountIndexes) await index(db, 'accounts', columns);
}

const accountIndexes = [['role', 'id'], ['disabled_at', 'id'], ['display_name_key']];

async function proofs(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('verifications')
    .addColumn('id', 'integer', (c) => c.primaryKey().notNull())
    .addColumn('account_id', 'integer')
    .addColumn('purpose', 'varchar(32)', (c) => c.notNull())
    .addColumn('subject', 'varchar(254)', (c) => c.notNull())
    .addColumn('details', 'text', (c) => c.notNull())
    .addColumn('seed', 'varchar(32)', (c) => c.notNull())
    .addColumn('tries_left', 'integer', (c) => c.notNull())
    .addColumn('created_at', time, (c) => c.notNull())
    .addColumn('expires_at', time, (c) => c.notNull())
    .addColumn('used_at', time)
    .addForeignKeyConstraint('verifications_account', ['account_id'], 'accounts', ['id'])
    .execute();
  await index(db, 'verifications', ['account_id', 'purpose']);
  await index(db, 'verifications', ['expires_at']);
  await db.schema
    .createTable('audit_log')
    .addColumn('id', 'bigint', (c) => c.primaryKey().notNull())
    .addColumn('action', 'varchar(64)', (c) => c.notNull())
    // No foreign keys: the log outlives the accounts that it tells of.
    .addColumn('account_id', 'integer')
    .addColumn('actor_id', 'integer')
    .addColumn('address', 'varchar(64)', (c) => c.notNull())
    .addColumn('details', 'text', (c) => c.notNull())
    .addColumn('created_at', time, (c) => c.notNull())
    .execute();
  await index(db, 'audit_log', ['account_id', 'id']);
  await index(db, 'audit_log', ['action', 'id']);
  await db.schema
    .createTable('identities')
    .addColumn('id', 'integer', (c) => c.primaryKey().notNull())
    .addColumn('account_id', 'integer', (c) => c.notNull())
    .addColumn('issuer', 'varchar(255)', (c) => c.notNull())
    .addColumn('subject', 'varchar(255)', (c) => c.notNull())
    .addColumn('email', 'varchar(254)')
    .addColumn('created_at', time, (c) => c.notNull())
    .addColumn('last_used_at', time, (c) => c.notNull())
    .addUniqueConstraint('identities_issuer_subject', ['issuer', 'subject'])
    .addForeignKeyConstraint('identities_account', ['account_id'], 'accounts', ['id'])
    .execute();
  await index(db, 'identities', ['account_id']);
}

async function secondFactors(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('totp_keys')
    .addColumn('account_id', 'integer', (c) => c.primaryKey().notNull())
    .addColumn('sealed_key', 'varchar(255)', (c) => c.notNull())
    .addColumn('last_step', 'bigint', (c) => c.notNull())
    .addColumn('created_at', time, (c) => c.notNull())
    .addColumn('confirmed_at', time)
    .addForeignKeyConstraint('totp_keys_account', ['account_id'], 'accounts', ['id'])
    .execute();
  await db.schema
    .createTable('recovery_codes')
    .addColumn('account_id', 'integer', (c) => c.notNull())
    .addColumn('code_hash', 'varchar(64)', (c) => c.notNull())
    .addColumn('used_at', time)
    .addPrimaryKeyConstraint('recovery_codes_pk', ['account_id', 'code_hash'])
    .addForeignKeyConstraint('recovery_codes_account', ['account_id'], 'accounts', ['id'])
    .execute();
  await db.schema
    .createTable('passkeys')
    .addColumn('id', 'integer', (c) => c.primaryKey().notNull())
    .addColumn('account_id', 'integer', (c) => c.notNull())
    .addColumn('credential_id', 'varchar(512)', (c) => c.notNull().unique())
    .addColumn('public_key', 'text', (c) => c.notNull())
    .addColumn('counter', 'bigint', (c) => c.notNull())
    .addColumn('transports', 'varchar(255)', (c) => c.notNull())
    .addColumn('name', 'varchar(100)', (c) => c.notNull())
    .addColumn('created_at', time, (c) => c.notNull())
    .addColumn('last_used_at', time)
    .addForeignKeyConstraint('passkeys_account', ['account_id'], 'accounts', ['id'])
    .execute();
  await index(db, 'passkeys', ['account_id']);
  await db.schema
    .createTable('app_passwords')
    .addColumn('id', 'integer', (c) => c.primaryKey().notNull())
    .addColumn('account_id', 'integer', (c) => c.notNull())
    .addColumn('name', 'varchar(100)', (c) => c.notNull())
    .addColumn('password_hash', 'varchar(64)', (c) => c.notNull())
    .addColumn('owner_mark', 'varchar(64)', (c) => c.notNull())
    .addColumn('created_at', time, (c) => c.notNull())
    .addColumn('last_used_at', time)
    .addForeignKeyConstraint('app_passwords_account', ['account_id'], 'accounts', ['id'])
    .execute();
  await index(db, 'app_passwords', ['account_id']);
  // No foreign key: the session outlives the app password that opened it.
  await db.schema.alterTable('sessions').addColumn('app_password_id', 'integer').execute();
}

async function reaching(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('devices')
    .addColumn('id', 'integer', (c) => c.primaryKey().notNull())
    .addColumn('device_id', 'varchar(128)', (c) => c.notNull().unique())
    .addColumn('account_id', 'integer')
    // No foreign key: expired sessions are deleted in passing.
    .addColumn('session_id', 'integer')
    .addColumn('type', 'varchar(128)', (c) => c.notNull())
    .addColumn('token', 'text')
    .addColumn('token_hash', 'varchar(64)', (c) => c.unique())
    .addColumn('is_active', 'integer', (c) => c.notNull())
    .addColumn('created_at', time, (c) => c.notNull())
    .addColumn('updated_at', time, (c) => c.notNull())
    .addForeignKeyConstraint('devices_account', ['account_id'], 'accounts', ['id'])
    .execute();
  await index(db, 'devices', ['account_id']);
  await db.schema
    .createTable('notifications')
    .addColumn('account_id', 'integer', (c) => c.notNull())
    // What is told of once, however often it happens: `liked:<post>`, `followed:<account>`.
    .addColumn('group_key', 'varchar(64)', (c) => c.notNull())
    .addColumn('kind', 'varchar(32)', (c) => c.notNull())
    .addColumn('actor_id', 'integer')
    .addColumn('actor_ids', 'text', (c) => c.notNull())
    .addColumn('actor_count', 'integer', (c) => c.notNull())
    .addColumn('post_id', 'integer')
    .addColumn('notification_key', 'bigint', (c) => c.notNull())
    .addColumn('created_at', time, (c) => c.notNull())
    .addColumn('pushed_at', time)
    .addPrimaryKeyConstraint('notifications_pk', ['account_id', 'group_key'])
    .addForeignKeyConstraint('notifications_account', ['account_id'], 'accounts', ['id'])
    .addForeignKeyConstraint('notifications_actor', ['actor_id'], 'accounts', ['id'])
    .execute();
  await index(db, 'notifications', ['account_id', 'notification_key']);
  await index(db, 'notifications', ['post_id']);
  await index(db, 'notifications', ['actor_id']);
  await db.schema
    .createTable('notification_settings')
    .addColumn('account_id', 'integer', (c) => c.primaryKey().notNull())
    .addColumn('last_key', 'bigint', (c) => c.notNull())
    .addColumn('read_key', 'bigint', (c) => c.notNull())
    .addColumn('muted_pushes', 'text', (c) => c.notNull())
    .addForeignKeyConstraint('notification_settings_account', ['account_id'], 'accounts', ['id'])
    .execute();
}

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
