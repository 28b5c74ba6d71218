import type { Db } from './database.ts';

/**
 * The newest key that orders by time, of posts, likes, follows and the audit log; 0 when there is none. Each is read from the
 * end of an index.
 */
export async function readNewestKey(db: Db): Promise<number> {
  const newest = await Promise.all([
    db
      .selectFrom('posts')
      .select((eb) => eb.fn.max('feed_key').as('key'))
      .executeTakeFirst(),
    db
      .selectFrom('posts')
      .select((eb) => eb.fn.max('status_key').as('key'))
      .executeTakeFirst(),
    db
      .selectFrom('likes')
      .select((eb) => eb.fn.max('like_key').as('key'))
      .executeTakeFirst(),
    db
      .selectFrom('follows')
      .select((eb) => eb.fn.max('follow_key').as('key'))
      .executeTakeFirst(),
    db
      .selectFrom('audit_log')
      .select((eb) => eb.fn.max('id').as('key'))
      .executeTakeFirst(),
  ]);
  return Math.max(...newest.map((row) => row?.key ?? 0));
}
