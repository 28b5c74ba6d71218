import { changedOne } from '../../db/changed-one.ts';
import type { Db, Tx } from '../../db/database.ts';
import { isAmong, prepared } from '../../db/prepared.ts';
import type { MediaRow } from '../../db/schema.ts';
import { standingColumns } from '../visibility/visibility-store.ts';
import type { MediaView, ShownMediaRow, VariantView } from './media.ts';

/** What a picture is shown from. */
const viewColumns = [
  'id',
  'purpose',
  'post_id',
  'state',
  'alt',
  'width',
  'height',
  'is_animated',
  'blurhash',
  'public_key',
  'variants',
  'camera_make',
  'camera_model',
  'taken_at',
  'latitude',
  'longitude',
] as const;

/** Purposes of what a post can show. */
const postable = ['post', 'given-back', 'document'] as const;

type ViewRow = Pick<MediaRow, (typeof viewColumns)[number]>;

export async function insertMedia(tx: Tx, row: MediaRow): Promise<void> {
  await tx.insertInto('media').values(row).execute();
}

export async function findMedia(db: Db, id: number): Promise<MediaRow | null> {
  const row = await db.selectFrom('media').selectAll().where('id', '=', id).executeTakeFirst();
  return row ?? null;
}

/** A medium with what decides who may see it. */
export async function findShownMedia(db: Db, id: number): Promise<ShownMediaRow | null> {
  const row = await shownMedia(db).where('media.id', '=', id).executeTakeFirst();
  return row ?? null;
}

/** A medium by its public key, with what decides who may see it. */
export async function findMediaByPublicKey(
  db: Db,
  publicKey: string,
): Promise<ShownMediaRow | null> {
  const rows = await mediaByPublicKey(db, { publicKey });
  return rows[0] ?? null;
}

const mediaByPublicKey = prepared((db, args: { publicKey: string }) =>
  shownMedia(db).where('media.public_key', '=', args.publicKey),
);

function shownMedia(db: Db) {
  return db
    .selectFrom('media')
    .leftJoin('posts', 'posts.id', 'media.post_id')
    .innerJoin('accounts', 'accounts.id', 'media.account_id')
    .selectAll('media')
    .select(['posts.state as post_state', ...standingColumns]);
}

/** Media of posts by post id, in the order that the author chose. */
export async function readMediaOfPosts(
  db: Db,
  postIds: readonly number[],
): Promise<Map<number, MediaView[]>> {
  const byPost = new Map<number, MediaView[]>();
  if (postIds.length === 0) return byPost;
  for (const row of await mediaOfPosts(db, { postIds: [...postIds] })) {
    if (row.post_id === null) continue;
    const list = byPost.get(row.post_id);
    if (list) list.push(mediaViewOf(row));
    else byPost.set(row.post_id, [mediaViewOf(row)]);
  }
  return byPost;
}

const mediaOfPosts = prepared((db, args: { postIds: number[] }) =>
  db
    .selectFrom('media')
    .select(viewColumns)
    .where(isAmong(db, 'post_id', args.postIds))
    .orderBy('post_id')
    .orderBy('position'),
);

/** Gives a medium to a post. False when it is not the account's, belongs to a post already, or is no post's picture. */
export async function attachMedia(
  tx: Tx,
  {
    id,
    accountId,
    postId,
    position,
  }: { id: number; accountId: number; postId: number; position: number },
): Promise<boolean> {
  return changedOne(
    tx
      .updateTable('media')
      .set({ post_id: postId, position })
      .where('id', '=', id)
      .where('account_id', '=', accountId)
      .where('purpose', 'in', postable)
      .where('post_id', 'is', null)
      .where('state', 'in', ['processing', 'ready']),
  );
}

/** Takes all media from a post; they are free for another. */
export async function detachMedia(tx: Tx, postId: number): Promise<void> {
  await tx
    .updateTable('media')
    .set({ post_id: null, position: 0 })
    .where('post_id', '=', postId)
    .execute();
}

/** Changes what a picture is said to show. False when it is gone. */
export async function setMediaAlt(tx: Tx, id: number, alt: string): Promise<boolean> {
  return changedOne(tx.updateTable('media').set({ alt }).where('id', '=', id));
}

/** What the worker writes of a picture. */
export type MadeColumns = Pick<MediaRow, 'state' | 'blurhash' | 'variants'>;

/** Writes what the worker made. False when the medium was deleted in the meantime. */
export async function finishMedia(tx: Tx, id: number, values: MadeColumns): Promise<boolean> {
  return changedOne(tx.updateTable('media').set(values).where('id', '=', id));
}

/** Rows of media: of a post, of an account, or those older than a time that no post took. */
export function listMedia(
  db: Db,
  of:
    | { postId: number }
    | { accountId: number; limit: number }
    | { looseBefore: string; limit: number },
): Promise<MediaRow[]> {
  const query = db.selectFrom('media').selectAll();
  if ('postId' in of) return query.where('post_id', '=', of.postId).execute();
  if ('accountId' in of) {
    return query.where('account_id', '=', of.accountId).limit(of.limit).execute();
  }
  return query
    .where('created_at', '<', of.looseBefore)
    .where('purpose', 'in', postable)
    .where('post_id', 'is', null)
    .limit(of.limit)
    .execute();
}

export type MediaKeysRow = Pick<
  MediaRow,
  'id' | 'original_key' | 'public_key' | 'variants' | 'created_at'
>;

/** Rows whose column begins with a prefix that ends in a hex digit. For sweeps: only one of the columns has an index. */
export function listMediaByPrefix(
  db: Db,
  column: 'original_key' | 'public_key',
  prefix: string,
): Promise<MediaKeysRow[]> {
  return db
    .selectFrom('media')
    .select(['id', 'original_key', 'public_key', 'variants', 'created_at'])
    .where(column, '>=', prefix)
    .where(column, '<', `${prefix}g`)
    .execute();
}

/** Removes the row of a medium as it was read. False when it is gone, or a post took it in the meantime. */
export async function deleteMedia(tx: Tx, row: Pick<MediaRow, 'id' | 'post_id'>): Promise<boolean> {
  const query = tx.deleteFrom('media').where('id', '=', row.id);
  return changedOne(
    row.post_id === null
      ? query.where('post_id', 'is', null)
      : query.where('post_id', '=', row.post_id),
  );
}

export function mediaViewOf(row: ViewRow): MediaView {
  const { camera_make: make, camera_model: model, latitude, longitude } = row;
  return {
    id: row.id,
    isDocument: row.purpose === 'document',
    state: row.state,
    alt: row.alt,
    width: row.width,
    height: row.height,
    isAnimated: row.is_animated === 1,
    blurhash: row.blurhash,
    publicKey: row.public_key,
    camera: make === null && model === null ? null : { make, model },
    takenAt: row.taken_at,
    location: latitude === null || longitude === null ? null : { latitude, longitude },
    variants: variantsOf(row),
  };
}

/** The sizes that the worker made; none before it did. */
export function variantsOf(row: Pick<MediaRow, 'variants'>): VariantView[] {
  return JSON.parse(row.variants) as VariantView[];
}
