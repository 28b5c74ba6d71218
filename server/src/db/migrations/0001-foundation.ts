import type { Kysely } from 'kysely';
import type { Migration } from './migration.ts';

/** Accounts, sessions, media, posts, likes, follows, and the tables that keep writes exact. */
export const foundation: Migration = {
  name: '0001-foundation',

  async up(db) {
    await accounts(db);
    await content(db);
    await exactness(db);
  },

  async down(db) {
    const tables = [
      'id_ranges',
      'done_events',
      'outbox',
      'idempotency_keys',
      'follows',
      'likes',
      'posts',
      'media',
      'sessions',
      'account_names',
      'accounts',
    ];
    for (const table of tables) await db.schema.dropTable(table).execute();
  },
};

const time = 'varchar(24)';

async function accounts(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('accounts')
    .addColumn('id', 'integer', (c) => c.primaryKey().notNull())
    .addColumn('username', 'varchar(64)', (c) => c.notNull())
    .addColumn('email', 'varchar(254)')
    .addColumn('email_verified_at', time)
    .addColumn('login_name', 'varchar(128)')
    .addColumn('display_name', 'varchar(200)', (c) => c.notNull())
    .addColumn('bio', 'text', (c) => c.notNull())
    .addColumn('role', 'varchar(16)', (c) => c.notNull())
    .addColumn('password_hash', 'varchar(255)')
    .addColumn('avatar_media_id', 'integer')
    .addColumn('post_count', 'integer', (c) => c.notNull())
    .addColumn('follower_count', 'integer', (c) => c.notNull())
    .addColumn('following_count', 'integer', (c) => c.notNull())
    .addColumn('media_bytes', 'bigint', (c) => c.notNull())
    .addColumn('created_at', time, (c) => c.notNull())
    .addColumn('updated_at', time, (c) => c.notNull())
    .addColumn('disabled_at', time)
    .addColumn('deleted_at', time)
    .addColumn('display_name_key', 'varchar(64)', (c) => c.notNull().defaultTo(''))
    .execute();
  await index(db, 'accounts', ['role', 'id']);
  await index(db, 'accounts', ['disabled_at', 'id']);
  await index(db, 'accounts', ['display_name_key']);
  await db.schema
    .createTable('account_names')
    .addColumn('name_key', 'varchar(254)', (c) => c.primaryKey().notNull())
    .addColumn('account_id', 'integer', (c) => c.notNull())
    .addColumn('kind', 'varchar(16)', (c) => c.notNull())
    .addForeignKeyConstraint('account_names_account', ['account_id'], 'accounts', ['id'])
    .execute();
  await index(db, 'account_names', ['account_id']);
  await db.schema
    .createTable('sessions')
    .addColumn('id', 'integer', (c) => c.primaryKey().notNull())
    .addColumn('account_id', 'integer', (c) => c.notNull())
    .addColumn('audience', 'varchar(32)', (c) => c.notNull())
    .addColumn('seed', 'varchar(32)', (c) => c.notNull())
    .addColumn('generation', 'integer', (c) => c.notNull())
    .addColumn('device', 'varchar(255)', (c) => c.notNull())
    .addColumn('address', 'varchar(64)', (c) => c.notNull())
    .addColumn('created_at', time, (c) => c.notNull())
    .addColumn('last_used_at', time, (c) => c.notNull())
    .addColumn('expires_at', time, (c) => c.notNull())
    .addColumn('ended_at', time)
    .addForeignKeyConstraint('sessions_account', ['account_id'], 'accounts', ['id'])
    .execute();
  await index(db, 'sessions', ['account_id', 'ended_at']);
}

async function content(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('posts')
    .addColumn('id', 'integer', (c) => c.primaryKey().notNull())
    .addColumn('account_id', 'integer', (c) => c.notNull())
    .addColumn('state', 'varchar(16)', (c) => c.notNull())
    .addColumn('text', 'text', (c) => c.notNull())
    .addColumn('has_media', 'integer', (c) => c.notNull())
    .addColumn('feed_key', 'bigint', (c) => c.unique())
    .addColumn('like_count', 'integer', (c) => c.notNull())
    .addColumn('created_at', time, (c) => c.notNull())
    .addColumn('updated_at', time, (c) => c.notNull())
    .addColumn('published_at', time)
    .addForeignKeyConstraint('posts_account', ['account_id'], 'accounts', ['id'])
    .execute();
  await index(db, 'posts', ['account_id', 'state', 'feed_key']);
  await index(db, 'posts', ['account_id', 'state', 'id']);
  await index(db, 'posts', ['account_id', 'has_media', 'feed_key']);
  await index(db, 'posts', ['has_media', 'feed_key']);
  await db.schema
    .createTable('media')
    .addColumn('id', 'integer', (c) => c.primaryKey().notNull())
    .addColumn('account_id', 'integer', (c) => c.notNull())
    .addColumn('purpose', 'varchar(16)', (c) => c.notNull())
    .addColumn('post_id', 'integer')
    .addColumn('position', 'integer', (c) => c.notNull())
    .addColumn('state', 'varchar(16)', (c) => c.notNull())
    .addColumn('original_key', 'varchar(128)', (c) => c.notNull())
    .addColumn('content_type', 'varchar(64)', (c) => c.notNull())
    .addColumn('bytes', 'bigint', (c) => c.notNull())
    .addColumn('public_key', 'varchar(32)', (c) => c.notNull().unique())
    .addColumn('alt', 'text', (c) => c.notNull())
    .addColumn('width', 'integer', (c) => c.notNull())
    .addColumn('height', 'integer', (c) => c.notNull())
    .addColumn('blurhash', 'varchar(64)')
    .addColumn('variants', 'text', (c) => c.notNull())
    .addColumn('created_at', time, (c) => c.notNull())
    .addForeignKeyConstraint('media_account', ['account_id'], 'accounts', ['id'])
    .execute();
  await index(db, 'media', ['post_id']);
  await index(db, 'media', ['account_id', 'state']);
  await index(db, 'media', ['state', 'created_at']);
  await db.schema
    .createTable('likes')
    .addColumn('post_id', 'integer', (c) => c.notNull())
    .addColumn('account_id', 'integer', (c) => c.notNull())
    .addColumn('like_key', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('likes_pk', ['post_id', 'account_id'])
    .addForeignKeyConstraint('likes_post', ['post_id'], 'posts', ['id'])
    .addForeignKeyConstraint('likes_account', ['account_id'], 'accounts', ['id'])
    .execute();
  await index(db, 'likes', ['post_id', 'like_key']);
  await index(db, 'likes', ['account_id', 'like_key']);
  await db.schema
    .createTable('follows')
    .addColumn('follower_id', 'integer', (c) => c.notNull())
    .addColumn('followee_id', 'integer', (c) => c.notNull())
    .addColumn('follow_key', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('follows_pk', ['follower_id', 'followee_id'])
    .addForeignKeyConstraint('follows_follower', ['follower_id'], 'accounts', ['id'])
    .addForeignKeyConstraint('follows_followee', ['followee_id'], 'accounts', ['id'])
    .execute();
  await index(db, 'follows', ['follower_id', 'follow_key']);
  await index(db, 'follows', ['followee_id', 'follow_key']);
}

async function exactness(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('idempotency_keys')
    .addColumn('account_id', 'integer', (c) => c.notNull())
    .addColumn('key', 'varchar(64)', (c) => c.notNull())
    .addColumn('operation', 'varchar(32)', (c) => c.notNull())
    .addColumn('fingerprint', 'varchar(64)', (c) => c.notNull())
    .addColumn('result_id', 'integer', (c) => c.notNull())
    .addColumn('created_at', time, (c) => c.notNull())
    .addPrimaryKeyConstraint('idempotency_keys_pk', ['account_id', 'key'])
    .execute();
  await index(db, 'idempotency_keys', ['created_at']);
  await db.schema
    .createTable('outbox')
    .addColumn('id', 'bigint', (c) => c.primaryKey().notNull())
    .addColumn('topic', 'varchar(64)', (c) => c.notNull())
    .addColumn('payload', 'text', (c) => c.notNull())
    .addColumn('subscriber', 'varchar(64)')
    .addColumn('event_id', 'bigint', (c) => c.notNull())
    .addColumn('attempts', 'integer', (c) => c.notNull())
    .addColumn('due_at', time, (c) => c.notNull())
    .addColumn('set_aside_at', time)
    .addColumn('last_error', 'text')
    .addColumn('created_at', time, (c) => c.notNull())
    .execute();
  await index(db, 'outbox', ['set_aside_at', 'due_at']);
  await db.schema
    .createTable('done_events')
    .addColumn('subscriber', 'varchar(64)', (c) => c.notNull())
    .addColumn('event_id', 'bigint', (c) => c.notNull())
    .addColumn('done_at', time, (c) => c.notNull())
    .addPrimaryKeyConstraint('done_events_pk', ['subscriber', 'event_id'])
    .execute();
  await index(db, 'done_events', ['done_at']);
  await db.schema
    .createTable('id_ranges')
    .addColumn('name', 'varchar(32)', (c) => c.primaryKey().notNull())
    .addColumn('next_id', 'integer', (c) => c.notNull())
    .execute();
}

function index(db: Kysely<unknown>, table: string, columns: string[]): Promise<void> {
  return db.schema
    .createIndex(`${table}_${columns.join('_')}`)
    .on(table)
    .columns(columns)
    .execute();
}
