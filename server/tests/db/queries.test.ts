import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Database, Db } from '../../src/db/database.ts';
import { compiledQueries } from '../../src/db/dry-run.ts';
import { claimOutbox, isEventDone, listSetAside } from '../../src/db/outbox.ts';
import * as accounts from '../../src/domain/accounts/account-store.ts';
import * as audit from '../../src/domain/audit/audit-log-store.ts';
import * as feeds from '../../src/domain/feeds/feed-store.ts';
import * as follows from '../../src/domain/follows/follow-store.ts';
import { findRepeat } from '../../src/domain/idempotency-store.ts';
import * as media from '../../src/domain/media/media-store.ts';
import * as likes from '../../src/domain/posts/like-store.ts';
import * as posts from '../../src/domain/posts/post-store.ts';
import * as uploadNames from '../../src/domain/posts/upload-name-store.ts';
import * as sessions from '../../src/domain/sessions/session-store.ts';
import * as verifications from '../../src/domain/verifications/verification-store.ts';

const at = '2026-06-01T12:00:00.000Z';
const first = { before: null, limit: 20 };
const later = { before: 4096, limit: 20 };
const repeat = { accountId: 1, key: 'k', operation: 'posts.publish', fingerprint: 'f' };

/** Every read of a store, with each of its forms. */
const reads: Record<string, (db: Db) => Promise<unknown>> = {
  findAccountByName: (db) => accounts.findAccountByName(db, 'alice', ['username', 'email']),
  findAccount: (db) => accounts.findAccount(db, 1),
  readAccountCards: (db) => accounts.readAccountCards(db, [1, 2, 3]),
  listByAuthors: (db) => feeds.listByAuthors(db, [1, 2, 3], first),
  'listExplore: all': (db) => feeds.listExplore(db, 'all', first),
  'listExplore: with media': (db) => feeds.listExplore(db, 'with-media', first),
  'listByAuthor: all': (db) => feeds.listByAuthor(db, 1, 'all', first),
  'listByAuthor: with media': (db) => feeds.listByAuthor(db, 1, 'with-media', first),
  isFollowing: (db) => follows.isFollowing(db, 1, 2),
  listFolloweeIds: (db) => follows.listFolloweeIds(db, 1),
  'listFollows: followees': (db) => follows.listFollows(db, { followerId: 1 }, first),
  'listFollows: followers': (db) => follows.listFollows(db, { followeeId: 1 }, later),
  findRepeat: (db) => findRepeat(db, repeat),
  findMedia: (db) => media.findMedia(db, 1),
  findMediaByPublicKey: (db) => media.findMediaByPublicKey(db, 'abc'),
  readMediaOfPosts: (db) => media.readMediaOfPosts(db, [1, 2, 3]),
  'listMedia: of a post': (db) => media.listMedia(db, { postId: 1 }),
  'listMedia: of an account': (db) => media.listMedia(db, { accountId: 1, limit: 100 }),
  'listMedia: loose': (db) => media.listMedia(db, { looseBefore: at, limit: 100 }),
  'listMediaByPrefix: originals': (db) => media.listMediaByPrefix(db, 'original_key', 'ab'),
  'listMediaByPrefix: variants': (db) => media.listMediaByPrefix(db, 'public_key', 'ab'),
  readLikedPosts: (db) => likes.readLikedPosts(db, 1, [1, 2, 3]),
  'listLikes: of a post': (db) => likes.listLikes(db, { postId: 1 }, first),
  'listLikes: of an account': (db) => likes.listLikes(db, { accountId: 1 }, later),
  findPost: (db) => posts.findPost(db, 1),
  readPosts: (db) => posts.readPosts(db, [1, 2, 3]),
  listDraftIds: (db) => posts.listDraftIds(db, 1, later),
  listPostsOf: (db) => posts.listPostsOf(db, 1, 100),
  hasUploadName: (db) => uploadNames.hasUploadName(db, 1, 'dune.jpg'),
  findSession: (db) => sessions.findSession(db, 1),
  findLiveSession: (db) => sessions.findLiveSession(db, 1),
  listSessions: (db) => sessions.listSessions(db, 1, at),
  hasSessionFrom: (db) => sessions.hasSessionFrom(db, 1, '127.0.0.1'),
  findVerification: (db) => verifications.findVerification(db, 1),
  findPendingVerification: (db) => verifications.findPendingVerification(db, 1, 'verify-phone'),
  'listAuditEntries: all': (db) => audit.listAuditEntries(db, { accountId: null, ...first }),
  'listAuditEntries: of an account': (db) => audit.listAuditEntries(db, { accountId: 1, ...later }),
  isEventDone: (db) => isEventDone(db, 'media', 1),
  listSetAside: (db) => listSetAside(db),
  claimOutbox: (db) => claimOutbox(db as Database, { now: at, leaseUntil: at, limit: 10 }),
};

/** Nothing is connected to. */
const engines = [
  ['sqlite', 'sqlite::memory:'],
  ['postgres', 'postgres://nobody@127.0.0.1:1/none'],
  ['mysql', 'mysql://nobody@127.0.0.1:1/none'],
] as const;

describe('the SQL of every read', () => {
  it.each(engines)('on %s is as it was reviewed', async (engine, url) => {
    const page = await pageOf(url);

    await expect(page).toMatchFileSnapshot(`queries/${engine}.sql`);
  });

  it('is all there', () => {
    const covered = new Set(Object.keys(reads).map((title) => title.replace(/:.*/, '')));

    expect([...covered].sort()).toEqual([...exportedReads(), 'claimOutbox'].sort());
  });

  it.each(engines)('on %s orders no page by a subquery', async (_engine, url) => {
    const queries = (await pageOf(url)).split('\n').filter((line) => line.startsWith('select'));

    expect(queries.length).toBeGreaterThan(30);
    expect(queries.filter((sql) => /in \(select .*order by .*limit/.test(sql))).toEqual([]);
  });
});

async function pageOf(url: string): Promise<string> {
  const lines: string[] = [];
  for (const [title, read] of Object.entries(reads)) {
    lines.push(`-- ${title}`);
    const queries = await compiledQueries(url, (db) => read(db));
    for (const { sql, parameters } of queries) lines.push(`${sql};`, `-- ${parameters.join(', ')}`);
    lines.push('');
  }
  return lines.join('\n');
}

/** Names of all that the stores and the outbox export and that takes a `Db`. */
function exportedReads(): string[] {
  const source = join(import.meta.dirname, '../../src');
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => /-store\.ts$|outbox\.ts$/.test(file))
    .map((file) => readFileSync(join(source, file), 'utf8'))
    .flatMap((text) => [...text.matchAll(/^export (?:async )?function (\w+)\(\s*db: Db\b/gm)])
    .map(([, name = '']) => name);
}
