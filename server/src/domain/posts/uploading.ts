import type { Database, Tx } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { PostRow } from '../../db/schema.ts';
import { DomainError } from '../errors.ts';
import type { MediaService } from '../media/media-service.ts';
import type { Now, StagedBlob } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import { attachAll } from './attaching.ts';
import { newDraft } from './new-draft.ts';
import type { PostView } from './post.ts';
import { insertPost } from './post-store.ts';
import type { ReadPost } from './publishing.ts';
import { hasUploadName, insertUploadName } from './upload-name-store.ts';

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  media: Pick<MediaService, 'keep'>;
  read: ReadPost;
};

/** A picture that becomes a draft of its own. */
export type NamedUpload = {
  file: StagedBlob;
  /** Of at most 255 characters; no two posts of an account have files of one name. */
  name: string;
  /** The content type of bytes that are no picture; null: they are refused. */
  documentType?: string | null;
};

/** Makes drafts of uploads. */
export function draftUploading({ database, newId, now, media, read }: Needs) {
  /**
   * Keeps an upload as a draft with one picture and no text: both or neither.
   * @throws DomainError `taken` (another post has a file of this name) · those of `media.keep`
   */
  async function uploadDraft(
    viewer: Viewer,
    { file, name, documentType = null }: NamedUpload,
  ): Promise<PostView> {
    try {
      // Spares the work on the picture; the key of the table decides, in the transaction.
      if (await hasUploadName(database, viewer.accountId, name)) throw uploadNameTaken();
      const blank = { text: '', hasMedia: true, at: now().toISOString() };
      const draft = newDraft(await newId('posts'), viewer, blank);
      const within = (tx: Tx, mediaId: number) => writeUpload(tx, draft, { name, mediaId });
      const upload = {
        file,
        fileName: name,
        alt: '',
        purpose: 'post',
        idempotencyKey: null,
        shownAtOnce: 'in-web-formats',
        documentType,
        within,
      } as const;
      await media.keep(viewer, upload);
      return await read(viewer, draft.id);
    } finally {
      await file.discard();
    }
  }

  return { uploadDraft };
}

async function writeUpload(
  tx: Tx,
  draft: PostRow,
  { name, mediaId }: { name: string; mediaId: number },
): Promise<void> {
  await insertPost(tx, draft);
  const row = { account_id: draft.account_id, name, post_id: draft.id };
  if (!(await insertUploadName(tx, row))) throw uploadNameTaken();
  await attachAll(tx, draft, [mediaId]);
}

function uploadNameTaken(): DomainError {
  return new DomainError('taken', 'A file with this name has already been uploaded.');
}
