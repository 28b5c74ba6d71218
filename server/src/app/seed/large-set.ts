import { argon2Hasher } from '../../adapters/passwords/argon2.ts';
import { insertMany } from '../../db/bulk-insert.ts';
import { leaseRange } from '../../db/ids.ts';
import type { MediaRow, Schema } from '../../db/schema.ts';
import { DomainError } from '../../domain/errors.ts';
import type { App } from '../app.ts';
import {
  checkLargeSetSize,
  type LargeSetPlan,
  type LargeSetSize,
  planLargeSet,
} from './large-set-plan.ts';
import {
  accountNameRows,
  accountRows,
  type FirstIds,
  followRows,
  likeRows,
  mediaCountOf,
  mediaRows,
  postRows,
  sampleOf,
} from './large-set-rows.ts';
import { type Place, paintSamples, placeFiles, type Sample } from './sample-media.ts';

/** Password of every account of the large set. */
export const largeSetPassword = 'one-seat-in-the-crowd';

/** Told how far a step is. */
export type Progress = (step: string, done: number, total: number) => void;

/**
 * Makes the large set on an empty or a used database: the same numbers give the same rows, but for the ids, which follow
 * those that exist, and the salt of the one password hash. Writes past the stores, as nothing else may, for speed.
 * If it is interrupted, counters promise rows that are missing: start again from the database as it was before.
 * @throws DomainError `invalid` (users, follows, likes) · `conflict` (the set is there already)
 */
export async function seedLargeSet(app: App, size: LargeSetSize, report: Progress): Promise<void> {
  checkLargeSetSize(size);
  const plan = planLargeSet(size);
  await checkNamesFree(app, plan);
  const samples = await paintSamples(app.images);
  const passwordHash = await argon2Hasher({ concurrency: 1 }).hash(largeSetPassword);
  const first = await leaseIds(app, plan);
  const media = [...mediaRows(plan, { first, samples })];

  /** Writes one table; the steps are in the order in which the tables refer to each other. */
  async function write<T extends keyof Schema>(table: T, rows: Iterable<Schema[T]>, total: number) {
    await insertMany(app.database, table, rows, (done) => report(table, done, total));
  }
  await write('accounts', accountRows(plan, { first, samples, passwordHash }), size.users);
  await write('account_names', accountNameRows(plan, first), size.users * 2);
  await write('follows', followRows(plan, first), size.follows);
  await write('posts', postRows(plan, first), size.posts);
  // Files before the rows that name them, as with every upload.
  await placeFiles(app.blobs, placesOf(media, samples, first), (done) => {
    report('files', done, media.length);
  });
  await write('media', media, media.length);
  await write('likes', likeRows(plan, first), size.likes);
}

async function checkNamesFree({ database }: App, { usernames }: LargeSetPlan): Promise<void> {
  const known = await database
    .selectFrom('account_names')
    .select('name_key')
    .where('name_key', 'in', [...usernames.slice(0, 1), ...usernames.slice(-3)])
    .limit(1)
    .execute();
  if (known.length > 0) {
    const name = known[0]?.name_key;
    throw new DomainError('conflict', `${name} is there already; nothing was seeded.`);
  }
}

async function leaseIds({ database }: App, plan: LargeSetPlan): Promise<FirstIds> {
  return database.transaction(async (tx) => ({
    account: await leaseRange(tx, 'accounts', plan.usernames.length),
    post: await leaseRange(tx, 'posts', plan.authors.length),
    media: await leaseRange(tx, 'media', mediaCountOf(plan)),
  }));
}

function placesOf(
  media: readonly MediaRow[],
  samples: readonly Sample[],
  first: FirstIds,
): Place[] {
  return media.flatMap((row) => {
    const sample = sampleOf((row.post_id ?? 0) - first.post, samples);
    if (!sample) return [];
    return [{ originalKey: row.original_key, publicKey: row.public_key, sample }];
  });
}
