import type { Database, Db } from '../../db/database.ts';
import { StaleRead } from '../../db/errors.ts';
import { DomainError } from '../errors.ts';
import {
  claimIdempotencyKey,
  findIdempotentResult,
  type IdempotentRequest,
} from '../idempotency-store.ts';
import type { Now } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import { checkAlt, type MediaView, mayFetch, type ShownMediaRow } from './media.ts';
import type { MediaService } from './media-service.ts';
import { findShownMedia, mediaViewOf, setMediaAlt } from './media-store.ts';

/** A picture as its owner sees it. */
export type OwnMediaView = MediaView & {
  /** Whether everybody may see it, because a published post shows it. */
  isForAll: boolean;
};

export type OwnMediaService = ReturnType<typeof ownMediaService>;

type Needs = { database: Database; now: Now; media: Pick<MediaService, 'discard'> };

/** What people do with pictures that they have uploaded. Other people's are not there. */
export function ownMediaService({ database, now, media }: Needs) {
  /** One of the viewer's pictures, with the state of its processing. @throws DomainError `not_found` */
  async function read(viewer: Viewer, id: number): Promise<OwnMediaView> {
    const row = await findOwn(database, viewer, id);
    if (!row) throw noSuchPicture();
    return viewOf(row);
  }

  /**
   * Changes what a picture is said to show, also of a published post; every reader sees it at once.
   * @throws DomainError `not_found` · `invalid` (alt)
   */
  async function setAlt(viewer: Viewer, id: number, alt: string): Promise<OwnMediaView> {
    checkAlt(alt);
    const row = await database.transaction(async (tx) => {
      const own = await findOwn(tx, viewer, id);
      if (!own || !(await setMediaAlt(tx, id, alt))) throw noSuchPicture();
      return own;
    });
    return viewOf({ ...row, alt });
  }

  /**
   * Deletes a picture that nothing uses; its files follow. Repeating it within a day changes nothing.
   * @throws DomainError `not_found` · `conflict` when a post, a draft or the profile uses it
   */
  async function remove(viewer: Viewer, id: number): Promise<void> {
    const repeat = removalOf(viewer, id);
    await database.transaction(async (tx) => {
      const row = await findOwn(tx, viewer, id);
      if (!row) {
        if ((await findIdempotentResult(tx, repeat)) === null) throw noSuchPicture();
        return;
      }
      if (row.purpose === 'avatar') {
        throw inUse('This is your profile picture; remove it from your profile instead.');
      }
      if (row.post_id !== null) {
        throw inUse('A post or a draft uses this picture; change or delete that first.');
      }
      // A post has taken it since the look.
      if ((await media.discard(tx, [row])) === 0) throw new StaleRead();
      await claimIdempotencyKey(tx, repeat, id, now());
    });
  }

  return { read, setAlt, remove };
}

function viewOf(row: ShownMediaRow): OwnMediaView {
  return { ...mediaViewOf(row), isForAll: mayFetch(null, row) };
}

/** Null for other people's, for files that are no picture, and for those of a deleted post. */
async function findOwn(db: Db, viewer: Viewer, id: number): Promise<ShownMediaRow | null> {
  const row = await findShownMedia(db, id);
  const isOwn = row?.account_id === viewer.accountId && row.purpose !== 'file';
  return isOwn && mayFetch(viewer, row) ? row : null;
}

/** A removal is remembered like a request with a key; clients' own keys have no blank. */
function removalOf({ accountId }: Viewer, id: number): IdempotentRequest {
  return { accountId, key: `media.remove ${id}`, operation: 'media.remove', fingerprint: '' };
}

function noSuchPicture(): DomainError {
  return new DomainError('not_found', 'There is no such picture.');
}

function inUse(message: string): DomainError {
  return new DomainError('conflict', message);
}
