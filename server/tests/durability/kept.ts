import { existsSync } from 'node:fs';
import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import type { Ledger, Made } from './writers.ts';

/** What is in the data folder of a program, read past the program. */
export type Kept = {
  posts: Array<{ id: number; text: string }>;
  media: Array<{ id: number; key: string; state: string; original_key: string }>;
  likes: string[];
  follows: string[];
  /** Accounts whose counters differ from their rows, and posts likewise. */
  miscounted: unknown[];
  /** Posts whose author was told of other likers than there are: what jobs have written. */
  mistold: unknown[];
  waitingJobs: number;
};

/** Reads the SQLite file itself, all of it as it was at one moment. */
export function readKept(dataDir: string): Kept {
  const file = new SqliteFile(join(dataDir, 'rookery.sqlite'));
  try {
    return file.transaction(() => readAll(file))();
  } finally {
    file.close();
  }
}

function readAll(file: SqliteFile.Database): Kept {
  return {
    posts: file.prepare('SELECT id, text FROM posts').all() as Kept['posts'],
    media: file
      .prepare(
        `SELECT media.id, key, state, original_key FROM media
           LEFT JOIN idempotency_keys ON result_id = media.id AND operation = 'media.keep.post'`,
      )
      .all() as Kept['media'],
    likes: file
      .prepare(
        `SELECT post_id || '/' || username FROM likes JOIN accounts ON accounts.id = account_id`,
      )
      .pluck()
      .all() as string[],
    follows: file
      .prepare(
        `SELECT a.username || '/' || b.username FROM follows
           JOIN accounts a ON a.id = follower_id JOIN accounts b ON b.id = followee_id`,
      )
      .pluck()
      .all() as string[],
    miscounted: [...file.prepare(miscountedAccounts).all(), ...file.prepare(miscountedPosts).all()],
    mistold: file.prepare(mistoldLikes).all(),
    waitingJobs: file.prepare('SELECT count(*) FROM outbox').pluck().get() as number,
  };
}

const miscountedAccounts = `
  SELECT username FROM accounts
  WHERE post_count <> (SELECT count(*) FROM posts WHERE account_id = accounts.id AND state = 'published')
     OR follower_count <> (SELECT count(*) FROM follows WHERE followee_id = accounts.id)
     OR following_count <> (SELECT count(*) FROM follows WHERE follower_id = accounts.id)
     OR media_bytes <> (SELECT coalesce(sum(bytes), 0) FROM media WHERE account_id = accounts.id)`;

const miscountedPosts = `
  SELECT id FROM posts WHERE like_count <> (SELECT count(*) FROM likes WHERE post_id = posts.id)`;

const mistoldLikes = `
  SELECT posts.id FROM posts
    LEFT JOIN notifications ON notifications.account_id = posts.account_id AND group_key = 'liked:' || posts.id
  WHERE coalesce(actor_count, 0) <>
    (SELECT count(*) FROM likes WHERE post_id = posts.id AND likes.account_id <> posts.account_id)`;

/** Every acknowledged write that is not there. Empty is right. */
export function findLost(ledger: Ledger, kept: Kept): string[] {
  const posts = new Map(kept.posts.map(({ id, text }) => [text, id]));
  const media = new Map(kept.media.map(({ id, key }) => [key, id]));
  const isLost = (ids: Map<string, number>) => (made: Made) =>
    made.id !== null && ids.get(made.key) !== made.id;
  return [
    ...ledger.posts.filter(isLost(posts)).map(({ key }) => `post ${key}`),
    ...ledger.uploads.filter(isLost(media)).map(({ key }) => `upload ${key}`),
    ...[...ledger.likes]
      .filter(([name, isKnown]) => isKnown && !kept.likes.includes(name))
      .map(([name]) => `like ${name}`),
    ...[...ledger.follows]
      .filter(([name, { known, asked }]) => asked === null && known !== kept.follows.includes(name))
      .map(([name]) => `follow ${name}`),
  ];
}

/** Rows beyond what was asked for, and counters that are off. Empty is right once all was repeated. */
export function findSurplus(ledger: Ledger, kept: Kept): string[] {
  const follows = [...ledger.follows].filter(([, { known }]) => known);
  const differences = {
    posts: kept.posts.length - ledger.posts.length,
    media: kept.media.length - ledger.uploads.length,
    likes: kept.likes.length - ledger.likes.size,
    follows: kept.follows.length - follows.length,
    miscounted: kept.miscounted.length,
    mistold: kept.mistold.length,
  };
  return Object.entries(differences)
    .filter(([, difference]) => difference !== 0)
    .map(([what, difference]) => `${what}: ${difference}`);
}

/** Keys of originals that a row names and the disk does not have. */
export function findMissingOriginals(dataDir: string, kept: Kept): string[] {
  return kept.media
    .map(({ original_key }) => original_key)
    .filter((key) => !existsSync(join(dataDir, 'blobs', key.replace(/^(\w+)\/(..)/, '$1/$2/$2'))));
}
