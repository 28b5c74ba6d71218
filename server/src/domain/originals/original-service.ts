import { Readable } from 'node:stream';
import type { Database } from '../../db/database.ts';
import { foldName } from '../accounts/account.ts';
import { findAccountByName } from '../accounts/account-name-store.ts';
import { loginNameOf, publicNameOf } from '../accounts/login-name.ts';
import { DomainError } from '../errors.ts';
import { largeTotal } from '../large-total.ts';
import { variantKey } from '../media/media.ts';
import type { MediaService } from '../media/media-service.ts';
import { variantsOf } from '../media/media-store.ts';
import type { BlobStore, Now } from '../ports.ts';
import type { PostService } from '../posts/post-service.ts';
import type { Viewer } from '../viewer.ts';
import { documentFinder } from './document-finder.ts';
import {
  countApart,
  countOriginals,
  countOriginalsOf,
  listOriginals,
  type OriginalRow,
} from './original-store.ts';

/** How many pictures may have come since a total was counted. */
const slack = 100_000;

export type OriginalService = ReturnType<typeof originalService>;

type Needs = {
  database: Database;
  blobs: BlobStore;
  media: Pick<MediaService, 'stage' | 'keep' | 'keepFile'>;
  posts: Pick<PostService, 'create'>;
  now: Now;
};

export type Original = {
  id: number;
  /** As the owner signs in: the login name, or else the username. Others do not see an address there. */
  ownerName: string;
  /** How many there are. */
  bytes: number;
  /** The bytes as they were posted, or a picture without its metadata; null when they are gone or not made yet. */
  open(): Promise<Readable | null>;
};

/** Bytes exactly as they came in, for contracts that give them back so. What was posted elsewhere keeps its metadata from others. */
export function originalService({ database, blobs, media, posts, now }: Needs) {
  const totalOfAll = largeTotal(() => countOriginals(database), now);

  /**
   * Keeps bytes. Those of a picture become a published post that every feed shows, without its metadata; others are a file.
   * Returns their number.
   * @throws DomainError `too_large` · `unavailable`
   */
  async function keep(viewer: Viewer, bytes: Uint8Array): Promise<number> {
    const picture = bytes.length === 0 ? null : await tryPicture(media, viewer, bytes);
    if (picture === null) return media.keepFile(viewer, await stage(media, bytes));
    await posts.create(viewer, {
      text: '',
      mediaIds: [picture],
      state: 'published',
      idempotencyKey: null,
    });
    return picture;
  }

  /**
   * A page of everybody's, or of the owner of a name: nobody's when nobody has it. The newest first. A large total of
   * everybody's may be half a minute old.
   */
  async function list(
    viewer: Viewer,
    { ownerName, limit, offset }: ListRequest,
  ): Promise<OriginalPage> {
    const account =
      ownerName === null
        ? null
        : await findAccountByName(database, foldName(ownerName), ['username', 'login_name']);
    if (ownerName !== null && !account) return { total: 0, items: [] };
    const accountId = account?.id ?? null;
    const { accountId: viewerId } = viewer;
    const total =
      accountId === null
        ? (await totalOfAll()) - (await countApart(database, viewerId))
        : await countOriginalsOf(database, { accountId, viewerId });
    // Rows before a page are read to be skipped: a page far past the end reads none.
    const isPastEnd = offset > total + slack;
    const rows =
      limit === 0 || isPastEnd
        ? []
        : await listOriginals(database, { accountId, viewerId, limit, offset });
    const items = rows.map((row) => ({
      id: row.id,
      ownerName: nameFor(row, viewer),
      ...bytesFor(blobs, row, viewer),
    }));
    return { total, items };
  }

  return { keep, list, findDocument: documentFinder({ database, blobs }) };
}

/** Keeps bytes as a picture, and returns its number; null when they are none. */
async function tryPicture(
  media: Needs['media'],
  viewer: Viewer,
  bytes: Uint8Array,
): Promise<number | null> {
  try {
    const upload = { alt: '', purpose: 'given-back', idempotencyKey: null } as const;
    return (await media.keep(viewer, { file: await stage(media, bytes), ...upload })).id;
  } catch (error) {
    const isNoPicture =
      error instanceof DomainError && (error.code === 'unsupported' || error.code === 'invalid');
    if (isNoPicture) return null;
    throw error;
  }
}

function stage(media: Needs['media'], bytes: Uint8Array) {
  return media.stage(Readable.from([bytes]));
}

function bytesFor(
  blobs: BlobStore,
  row: OriginalRow,
  viewer: Viewer,
): Pick<Original, 'bytes' | 'open'> {
  const isForAll = row.purpose !== 'post' || row.account_id === viewer.accountId;
  if (isForAll) return { bytes: row.bytes, open: () => blobs.open(row.original_key) };
  // The last is the largest; a picture that is not ready has none.
  const variant = variantsOf(row).at(-1);
  if (!variant) return { bytes: 0, open: async () => null };
  return {
    bytes: variant.bytes,
    open: () => blobs.open(variantKey(row.public_key, variant.size)),
  };
}

/**
 * A login name with an `@` is an address where the account has an e-mail: the contracts that take addresses keep both. One
 * without an e-mail was chosen as a name.
 */
function nameFor(row: OriginalRow, viewer: Viewer): string {
  const isShown = row.account_id === viewer.accountId || row.email === null;
  return isShown ? loginNameOf(row) : publicNameOf(row);
}

export type ListRequest = { ownerName: string | null; limit: number; offset: number };

export type OriginalPage = { total: number; items: Original[] };
