import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Db, Tx } from '../../src/db/database.ts';
import { isEventDone, readDoneEvents } from '../../src/db/done-events.ts';
import { compiledQueries } from '../../src/db/dry-run.ts';
import { lockDueEvents, lockEvents, lockUntouched } from '../../src/db/event-locks.ts';
import { isInOutbox, listDeadLetters, readOutboxLoad } from '../../src/db/outbox-reads.ts';
import { isSqlite } from '../../src/db/which-engine.ts';
import * as accountCards from '../../src/domain/accounts/account-card-store.ts';
import * as accountNames from '../../src/domain/accounts/account-name-store.ts';
import * as accounts from '../../src/domain/accounts/account-store.ts';
import * as search from '../../src/domain/administration/account-search-store.ts';
import * as appPasswords from '../../src/domain/app-passwords/app-password-store.ts';
import * as audit from '../../src/domain/audit/audit-log-store.ts';
import * as blocks from '../../src/domain/blocks/block-store.ts';
import * as devices from '../../src/domain/devices/device-store.ts';
import * as authors from '../../src/domain/feeds/author-store.ts';
import * as feeds from '../../src/domain/feeds/feed-store.ts';
import * as timelines from '../../src/domain/feeds/timeline-store.ts';
import * as follows from '../../src/domain/follows/follow-store.ts';
import * as templates from '../../src/domain/groups/event-template-store.ts';
import * as groupEvents from '../../src/domain/groups/group-event-store.ts';
import * as groups from '../../src/domain/groups/group-store.ts';
import { findIdempotentResult } from '../../src/domain/idempotency-store.ts';
import * as identities from '../../src/domain/identities/identity-store.ts';
import * as likes from '../../src/domain/likes/like-store.ts';
import * as media from '../../src/domain/media/media-store.ts';
import * as notificationSettings from '../../src/domain/notifications/notification-settings-store.ts';
import * as notifications from '../../src/domain/notifications/notification-store.ts';
import * as originals from '../../src/domain/originals/original-store.ts';
import * as passkeys from '../../src/domain/passkeys/passkey-store.ts';
import * as posts from '../../src/domain/posts/post-store.ts';
import * as uploadNames from '../../src/domain/posts/upload-name-store.ts';
import * as reports from '../../src/domain/reports/report-store.ts';
import * as people from '../../src/domain/search/people-search-store.ts';
import * as recoveryCodes from '../../src/domain/second-factors/recovery-code-store.ts';
import * as totpKeys from '../../src/domain/second-factors/totp-store.ts';
import * as sessions from '../../src/domain/sessions/session-store.ts';
import * as threads from '../../src/domain/threads/thread-store.ts';
import * as userDocuments from '../../src/domain/user-documents/user-document-store.ts';
import * as verifications from '../../src/domain/verifications/verification-store.ts';
import * as relations from '../../src/domain/visibility/relation-store.ts';

const at = '2026-06-01T12:00:00.000Z';
const first = { before: null, limit: 20 };
const above = { before: null, after: 4096, from: 'oldest', limit: 20 } as const;
const bounds = { before: 8192, after: 4096, limit: 21 };
const places = [
  { authorId: 1, place: 8192 },
  { authorId: 2, place: 6000 },
];
const later = { before: 4096, limit: 20 };
const names = { start: 'bob', end: 'bob\u{10ffff}', limit: 200 };
const rising = { before: null, after: null, from: 'oldest', limit: 20 } as const;
const afterPlace = { before: { at, id: 40 }, limit: 20 };
const group = { account_id: 1, group_key: 'liked:1' };
const since = [
  { accountId: 1, key: 4096 },
  { accountId: 2, key: 8192 },
];
const repeat = { accountId: 1, key: 'k', operation: 'posts.publish', fingerprint: 'f' };

/** Every read of a store, with each of its forms. */
const reads: Record<string, (db: Db) => Promise<unknown>> = {
  findAccountByName: (db) => accountNames.findAccountByName(db, 'alice', ['username', 'email']),
  readNameHolders: (db) => accountNames.readNameHolders(db, ['alice', 'bob']),
  findAccount: (db) => accounts.findAccount(db, 1),
  readTakenNames: (db) => accountNames.readTakenNames(db, ['alice', 'alice2', 'alice3']),
  listAccountNames: (db) => accountNames.listAccountNames(db, 1),
  findNameHolder: (db) => accountNames.findNameHolder(db, 'alice'),
  readAccountIds: (db) => accounts.readAccountIds(db, [1, 2]),
  'listAccounts: all': (db) =>
    search.listAccounts(db, { prefix: null, role: null, state: null }, afterPlace),
  'listAccounts: by name, role and state': (db) =>
    search.listAccounts(db, { prefix: 'ali', role: 'admin', state: 'active' }, first),
  'listAccounts: disabled': (db) =>
    search.listAccounts(db, { prefix: null, role: null, state: 'disabled' }, afterPlace),
  listAdmins: (db) => search.listAdmins(db),
  readAccountCards: (db) => accountCards.readAccountCards(db, [1, 2, 3]),
  readUsernameIds: (db) => accountNames.readUsernameIds(db, ['alice', 'bob']),
  'readHeads: from the newest': (db) => authors.readHeads(db, 1, { ...bounds, from: 'newest' }),
  'readHeads: from the oldest': (db) => authors.readHeads(db, 1, { ...bounds, from: 'oldest' }),
  readEntries: (db) => feeds.readEntries(db, [1, 2, 3]),
  readOfAuthors: (db) => authors.readOfAuthors(db, places, { ...bounds, from: 'newest' }),
  listTimeline: (db) => timelines.listTimeline(db, 1, first),
  'listTimeline: above a key': (db) => timelines.listTimeline(db, 1, above),
  'listTimeline: all at once': (db) => timelines.listTimeline(db, 1, { ...first, limit: 1000 }),
  'listExplore: above a key': (db) => feeds.listExplore(db, 'all', above),
  'listExplore: all': (db) => feeds.listExplore(db, 'all', first),
  'listExplore: with media': (db) => feeds.listExplore(db, 'with-media', first),
  'listByAuthor: all': (db) => feeds.listByAuthor(db, 1, 'all', first),
  'listByAuthor: with media': (db) => feeds.listByAuthor(db, 1, 'with-media', first),
  isFollowing: (db) => follows.isFollowing(db, 1, 2),
  readFollowed: (db) => follows.readFollowed(db, 1, [2, 3]),
  listFolloweeIds: (db) => follows.listFolloweeIds(db, 1),
  'listFollows: followees': (db) => follows.listFollows(db, { actor: 1 }, first),
  'listFollows: followers': (db) => follows.listFollows(db, { target: 1 }, later),
  'listVisibleFollows: followees': (db) => follows.listVisibleFollows(db, { actor: 1 }, first),
  'listVisibleFollows: followers': (db) => follows.listVisibleFollows(db, { target: 1 }, later),
  findIdempotentResult: (db) => findIdempotentResult(db, repeat),
  findMedia: (db) => media.findMedia(db, 1),
  findShownMedia: (db) => media.findShownMedia(db, 1),
  findMediaByPublicKey: (db) => media.findMediaByPublicKey(db, 'abc'),
  readMediaOfPosts: (db) => media.readMediaOfPosts(db, [1, 2, 3]),
  'listMedia: of a post': (db) => media.listMedia(db, { postId: 1 }),
  'listMedia: of an account': (db) => media.listMedia(db, { accountId: 1, limit: 100 }),
  'listMedia: loose': (db) => media.listMedia(db, { looseBefore: at, limit: 100 }),
  'listMediaByPrefix: originals': (db) => media.listMediaByPrefix(db, 'original_key', 'ab'),
  'listMediaByPrefix: variants': (db) => media.listMediaByPrefix(db, 'public_key', 'ab'),
  'listOriginals: all': (db) =>
    originals.listOriginals(db, { accountId: null, viewerId: 2, limit: 20, offset: 0 }),
  'listOriginals: of an account': (db) =>
    originals.listOriginals(db, { accountId: 1, viewerId: 2, limit: 20, offset: 40 }),
  'countOriginals: all': (db) => originals.countOriginals(db),
  countOriginalsOf: (db) => originals.countOriginalsOf(db, { accountId: 1, viewerId: 2 }),
  countApart: (db) => originals.countApart(db, 2),
  hasBlock: (db) => blocks.hasBlock(db, 1, 2),
  listVisibleBlocks: (db) => blocks.listVisibleBlocks(db, { actor: 1 }, later),
  readRelations: (db) => relations.readRelations(db, 1, [2, 3]),
  readBlocksOf: (db) => relations.readBlocksOf(db, 1, 1000),
  readBlockedPairs: (db) => relations.readBlockedPairs(db, [1, 2], [3, 4]),
  listLikedPostsOf: (db) => likes.listLikedPostsOf(db, { likerId: 1, authorId: 2, limit: 100 }),
  hasLike: (db) => likes.hasLike(db, 1, 7),
  readLikedPosts: (db) => likes.readLikedPosts(db, 1, [1, 2, 3]),
  'listLikes: of a post': (db) => likes.listLikes(db, { target: 1 }, first),
  'listLikes: of an account': (db) => likes.listLikes(db, { actor: 1 }, later),
  listVisibleLikes: (db) => likes.listVisibleLikes(db, 1, later),
  readNewestLikers: (db) => likes.readNewestLikers(db, [1, 2], 4),
  findPost: (db) => posts.findPost(db, 1),
  readPostIds: (db) => posts.readPostIds(db, [4096, 8192]),
  readPosts: (db) => posts.readPosts(db, [1, 2, 3]),
  listDrafts: (db) => posts.listDrafts(db, 1, afterPlace),
  listPostsOf: (db) => posts.listPostsOf(db, 1, 100),
  hasUploadName: (db) => uploadNames.hasUploadName(db, 1, 'dune.jpg'),
  findUploadName: (db) => uploadNames.findUploadName(db, 1),
  findSession: (db) => sessions.findSession(db, 1),
  findLiveSession: (db) => sessions.findLiveSession(db, 1),
  readLiveRoles: (db) => sessions.readLiveRoles(db, [1, 2, 3]),
  listSessions: (db) => sessions.listSessions(db, 1, at),
  hasSessionFrom: (db) => sessions.hasSessionFrom(db, 1, '127.0.0.1'),
  findVerification: (db) => verifications.findVerification(db, 1),
  findPendingVerification: (db) => verifications.findPendingVerification(db, 1, 'verify-phone'),
  findLastVerification: (db) => verifications.findLastVerification(db, 1, 'verify-phone'),
  'listPendingVerifications: of an account': (db) =>
    verifications.listPendingVerifications(db, { purpose: 'invite', accountId: 1, at, limit: 100 }),
  'listPendingVerifications: of all': (db) =>
    verifications.listPendingVerifications(db, { purpose: 'invite', at, limit: 1000 }),
  findTotpKey: (db) => totpKeys.findTotpKey(db, 1),
  countRecoveryCodes: (db) => recoveryCodes.countRecoveryCodes(db, 1),
  listPasskeys: (db) => passkeys.listPasskeys(db, 1),
  findPasskey: (db) => passkeys.findPasskey(db, 'c'),
  listAppPasswords: (db) => appPasswords.listAppPasswords(db, 1, 'm'),
  findAppPasswordId: (db) =>
    appPasswords.findAppPasswordId(db, { accountId: 1, passwordHash: 'h', ownerMark: 'm' }),
  findIdentity: (db) => identities.findIdentity(db, 'https://accounts.google.com', '1'),
  listIdentities: (db) => identities.listIdentities(db, 1),
  'listAuditEntries: all': (db) =>
    audit.listAuditEntries(db, { accountId: null, action: null, ...first }),
  'listAuditEntries: of an account': (db) =>
    audit.listAuditEntries(db, { accountId: 1, action: null, ...later }),
  'listAuditEntries: of an action': (db) =>
    audit.listAuditEntries(db, { accountId: null, action: 'session.refused', ...later }),
  findDevice: (db) => devices.findDevice(db, 'phone'),
  findTokenOwner: (db) => devices.findTokenOwner(db, ['f'.repeat(64), '0'.repeat(64)]),
  listDevices: (db) => devices.listDevices(db, 1),
  listPushTargets: (db) => devices.listPushTargets(db, 1),
  readReachableAccounts: (db) => devices.readReachableAccounts(db, [1, 2, 3]),
  findPushTarget: (db) => devices.findPushTarget(db, 1, 1),
  findNotificationSettings: (db) => notificationSettings.findNotificationSettings(db, 1),
  readNotificationMarks: (db) => notificationSettings.readNotificationMarks(db, [1, 2, 3]),
  findNotification: (db) => notifications.findNotification(db, group),
  listCalls: (db) => notifications.listCalls(db, 1),
  listNotifications: (db) => notifications.listNotifications(db, 1, later),
  listNotificationsSince: (db) => notifications.listNotificationsSince(db, since, 100),
  readUnreadCounts: (db) => notifications.readUnreadCounts(db, [1, 2, 3]),
  'listReplies: the first page': (db) => threads.listReplies(db, 1, rising),
  'listReplies: a later page': (db) => threads.listReplies(db, 1, { ...rising, after: 9 }),
  listThread: (db) => threads.listThread(db, 1, { ...rising, after: 9 }),
  listBranch: (db) => threads.listBranch(db, 1, { ...rising, after: 9 }),
  readAncestorIds: (db) => threads.readAncestorIds(db, 1),
  findReport: (db) => reports.findReport(db, 1),
  listReports: (db) => reports.listReports(db, 'open', later),
  findByUsername: (db) => people.findByUsername(db, names),
  findByDisplayName: (db) => people.findByDisplayName(db, names),
  findUserDocument: (db) => userDocuments.findUserDocument(db, 1),
  listUserDocuments: (db) => userDocuments.listUserDocuments(db, 500),
  countUserDocuments: (db) => userDocuments.countUserDocuments(db),
  listActiveDocuments: (db) => userDocuments.listActiveDocuments(db, { since: at, limit: 500 }),
  countActiveDocuments: (db) => userDocuments.countActiveDocuments(db, at),
  findGroup: (db) => groups.findGroup(db, 1),
  findGroupByName: (db) => groups.findGroupByName(db, 'dune walkers'),
  listGroups: (db) => groups.listGroups(db, afterPlace),
  listMemberAccounts: (db) => groups.listMemberAccounts(db, 1, afterPlace),
  listMemberIds: (db) => groups.listMemberIds(db, 1, { after: 100, limit: 100 }),
  findEventTemplate: (db) => templates.findEventTemplate(db, 1),
  listEventTemplates: (db) => templates.listEventTemplates(db, afterPlace),
  findGroupEvent: (db) => groupEvents.findGroupEvent(db, 1),
  listGroupEvents: (db) => groupEvents.listGroupEvents(db, 1, afterPlace),
  isEventDone: (db) => isEventDone(db, 'media', 1),
  isInOutbox: (db) => isInOutbox(db, 1),
  listDeadLetters: (db) => listDeadLetters(db),
  readOutboxLoad: (db) => readOutboxLoad(db),
  readDoneEvents: (db) => readDoneEvents(db, [{ subscriber: 'notify', eventId: 1 }]),
  lockDueEvents: (db) =>
    lockDueEvents(db as Tx, { now: at, limit: 64, topics: null, locks: locksOf(db) }),
  'lockDueEvents: of some topics': (db) =>
    lockDueEvents(db as Tx, { now: at, limit: 64, topics: ['post.liked'], locks: locksOf(db) }),
  lockUntouched: (db) => lockUntouched(db as Tx, [1, 2], locksOf(db)),
  lockEvents: (db) => lockEvents(db as Tx, [1, 2]),
};

/** Reads whose names tell that they lock. */
const locks = ['lockDueEvents', 'lockUntouched', 'lockEvents'];

function locksOf(db: Db) {
  return isSqlite(db) ? 'none' : 'skip';
}

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

    expect([...covered].sort()).toEqual([...exportedReads(), ...locks].sort());
  });

  it.each(engines)('on %s orders nothing by an id alone', async (_engine, url) => {
    const lists: string[] = [];
    for (const [title, read] of Object.entries(reads)) {
      const queries = await compiledQueries(url, (db) => read(db));
      if (queries.some(({ sql }) => isOrderedById(sql))) lists.push(title);
    }

    expect(lists.sort()).toEqual(Object.keys(orderedById).sort());
  });

  it.each(engines)('on %s orders no page by a subquery', async (_engine, url) => {
    const queries = (await pageOf(url)).split('\n').filter((line) => line.startsWith('select'));

    expect(queries.length).toBeGreaterThan(30);
    expect(queries.filter((sql) => /\bin \(select .*order by .*limit/.test(sql))).toEqual([]);
  });
});

/** Processes lease ids in ranges, so the order of ids is not that of time. These show no order to anybody. */
const orderedById: Record<string, string> = {
  'listAuditEntries: all': 'ids of the log are keys of time',
  'listAuditEntries: of an account': 'ids of the log are keys of time',
  'listAuditEntries: of an action': 'ids of the log are keys of time',
  lockEvents: 'an order in which nobody waits for one another',
  listMemberIds: 'a walk through all members, for pushes',
  listReports: 'ids of reports are keys of time',
  listLikedPostsOf: 'the order in which rows are locked; all are read',
  readMediaOfPosts: 'each post with its pictures in the order that its author chose',
};

/** Whether the first column of any order is an id, or the query asks for the highest id. */
function isOrderedById(sql: string): boolean {
  const first = [...sql.matchAll(/order by ([^\s,]+)/g)].map(([, column = '']) => column);
  const isById = first.some((column) => /(^|_|\W)id\W?$/.test(column));
  return isById || /\b(max|min)\([^)]*id\W?\)/.test(sql);
}

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
    .filter((file) => /-store\.ts$|outbox-reads\.ts$|done-events\.ts$/.test(file))
    .map((file) => readFileSync(join(source, file), 'utf8'))
    .flatMap((text) => [
      ...text.matchAll(/^export (?:async )?function (\w+)\(\s*db: Db\b/gm),
      // The reads of an edge store.
      ...text.matchAll(/^export const (\w+) = \w+\.\w+;/gm),
    ])
    .map(([, name = '']) => name);
}
