import type { Database } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { MediaService } from '../media/media-service.ts';
import type { Now, TokenSigner } from '../ports.ts';
import { postChanging } from './changing.ts';
import type { PostReader } from './post-reader.ts';
import { type PostPublishing, postPublishing } from './publishing.ts';
import { postReading } from './reading.ts';
import { draftUploading } from './uploading.ts';
import { postWriting } from './writing.ts';

type Needs = {
  database: Database;
  newId: NewId;
  newKey: () => number;
  now: Now;
  tokens: Pick<TokenSigner, 'mac'>;
  media: Pick<MediaService, 'keep'>;
  postReader: PostReader;
};

/** Writes, publishes, changes, deletes and reads posts. */
export type PostService = ReturnType<typeof postWriting> &
  ReturnType<typeof draftUploading> &
  ReturnType<typeof postChanging> &
  ReturnType<typeof postReading> &
  Pick<PostPublishing, 'publish' | 'publishAnew'>;

export function postService(needs: Needs): PostService {
  const { database, newId, newKey, now, tokens, media, postReader } = needs;
  const reading = postReading({ database, postReader });
  const { read, view } = reading;
  const publishing = postPublishing({ database, newKey, now, read });
  const { publish, publishAnew } = publishing;
  return {
    ...postWriting({ database, newId, now, tokens, publishing, read, view }),
    ...draftUploading({ database, newId, now, media, read }),
    ...postChanging({ database, now, read }),
    ...reading,
    publish,
    publishAnew,
  };
}
