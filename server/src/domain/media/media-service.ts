import type { Database, Tx } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { BlobStore, Images, Now, TokenSigner } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import { avatarTurns } from './avatar-turns.ts';
import { mediaDiscarding } from './discarding.ts';
import { fileKeeping } from './keeping-files.ts';
import { mediaWriting } from './media-writing.ts';
import { mediaRendering } from './rendering.ts';
import { mediaServing } from './serving.ts';
import { mediaTaking } from './taking.ts';
import { variantStorage } from './variant-storage.ts';

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  tokens: Pick<TokenSigner, 'mac'>;
  blobs: BlobStore;
  images: Images;
  /** Limit of one upload, and of all originals of one account. */
  maxBytes: number;
  quotaBytes: number;
};

/** Takes uploads, makes their sizes, and serves them to people who may see them. */
export type MediaService = ReturnType<typeof mediaTaking> &
  ReturnType<typeof fileKeeping> &
  ReturnType<typeof mediaServing> &
  ReturnType<typeof mediaRendering> &
  ReturnType<typeof mediaDiscarding> & {
    /** Takes the profile picture of an account away, and the one to come. */
    clearAvatar(tx: Tx, accountId: number): Promise<void>;
    /** Takes the viewer's profile picture away. Doing it twice changes nothing. */
    removeAvatar(viewer: Viewer): Promise<void>;
  };

export function mediaService(needs: Needs): MediaService {
  const { database, newId, now, tokens, blobs, images, maxBytes, quotaBytes } = needs;
  const storeVariants = variantStorage({ blobs, images });
  const discarding = mediaDiscarding({ database, now, blobs });
  const { discard, deleteBlobs } = discarding;
  const avatars = avatarTurns({ now, discard });
  const writeMedia = mediaWriting({ database, now, avatars, deleteBlobs, quotaBytes });
  return {
    ...mediaTaking({
      database,
      newId,
      now,
      tokens,
      blobs,
      images,
      storeVariants,
      deleteBlobs,
      writeMedia,
      maxBytes,
    }),
    ...fileKeeping({ newId, now, writeMedia }),
    ...mediaServing({ database, blobs }),
    ...mediaRendering({ database, now, blobs, storeVariants, avatars }),
    ...discarding,
    clearAvatar: avatars.clear,
    removeAvatar: (viewer) => database.transaction((tx) => avatars.clear(tx, viewer.accountId)),
  };
}
