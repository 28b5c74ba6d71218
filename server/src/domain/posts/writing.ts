import type { Database, Tx } from '../../db/database.ts';
import { StaleRead } from '../../db/errors.ts';
import type { NewId } from '../../db/ids.ts';
import type { PostRow } from '../../db/schema.ts';
import { checkLives } from '../accounts/account-lives.ts';
import { DomainError, invalid } from '../errors.ts';
import { emit } from '../events.ts';
import {
  claimIdempotencyKey,
  findIdempotentResult,
  type IdempotentRequest,
  idempotentRequest,
  showIdempotentResult,
} from '../idempotency-store.ts';
import type { MediaService } from '../media/media-service.ts';
import { attachMedia, detachMedia } from '../media/media-store.ts';
import type { Now, StagedBlob, TokenSigner } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import { markDeleted } from './deleting.ts';
import { lockOwn } from './own-post.ts';
import { checkHasContent, checkMediaIds, checkText, isDraft, type PostView } from './post.ts';
import { insertPost, updatePost } from './post-store.ts';
import type { PostPublishing, ReadPost } from './publishing.ts';
import { hasUploadName, insertUploadName } from './upload-name-store.ts';

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  tokens: Pick<TokenSigner, 'mac'>;
  media: Pick<MediaService, 'keep'>;
  publishing: Pick<PostPublishing, 'publication' | 'notePublished'>;
  read: ReadPost;
};

export type NewPost = {
  text: string;
  mediaIds: readonly number[];
  state: 'draft' | 'published';
  idempotencyKey: string | null;
  /** Whether it may have neither a text nor a picture. */
  isEmptyAllowed?: boolean;
};

/** A picture that becomes a draft of its own. */
export type NamedUpload = {
  file: StagedBlob;
  /** Of at most 255 characters; no two posts of an account have files of one name. */
  name: string;
  /** The content type of bytes that are no picture; null: they are refused. */
  documentType?: string | null;
};

export type PostChange = {
  text?: string;
  /** Replaces all pictures of a draft; those of a published post stay. */
  mediaIds?: readonly number[];
};

/** Writes, changes and deletes posts. */
export function postWriting(needs: Needs) {
  const { database, newId, now, tokens, media, read } = needs;
  const { publication, notePublished } = needs.publishing;

  /**
   * Writes a post with media uploaded before, as a draft or at once for all to see.
   * @throws DomainError `invalid` (text, mediaIds) · `conflict` (another post has the picture) · `gone` (a repeat, deleted since)
   */
  async function create(viewer: Viewer, input: NewPost): Promise<PostView> {
    checkText(input.text);
    checkMediaIds(input.mediaIds);
    if (!input.isEmptyAllowed) {
      checkHasContent({ text: input.text, hasMedia: input.mediaIds.length > 0 });
    }
    const repeat = repeatOf(tokens, viewer, input);
    const earlier = await findIdempotentResult(database, repeat);
    if (earlier !== null) return showIdempotentResult(read(viewer, earlier));
    const draft = newDraft(await newId('posts'), viewer, input);
    const id = await database.transaction(async (tx) => {
      await checkLives(tx, viewer.accountId);
      const other = await claimIdempotencyKey(tx, repeat, draft.id, now());
      if (other !== null) return other;
      const row = input.state === 'published' ? { ...draft, ...publication(draft) } : draft;
      await insertPost(tx, row);
      await attachAll(tx, row, input.mediaIds);
      if (input.state === 'published') await notePublished(tx, row);
      return row.id;
    });
    return read(viewer, id);
  }

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
      const draft = newDraft(await newId('posts'), viewer, { text: '', mediaIds: [] });
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

  async function writeUpload(
    tx: Tx,
    draft: PostRow,
    { name, mediaId }: { name: string; mediaId: number },
  ): Promise<void> {
    await insertPost(tx, { ...draft, has_media: 1 });
    const row = { account_id: draft.account_id, name, post_id: draft.id };
    if (!(await insertUploadName(tx, row))) throw uploadNameTaken();
    await attachAll(tx, draft, [mediaId]);
  }

  /** Changes a post of the viewer's. @throws DomainError `not_found` · `invalid` · `conflict` */
  async function update(viewer: Viewer, id: number, change: PostChange): Promise<PostView> {
    if (change.text !== undefined) checkText(change.text);
    if (change.mediaIds !== undefined) checkMediaIds(change.mediaIds);
    await database.transaction(async (tx) => {
      const post = await lockOwn(tx, viewer, id);
      const text = change.text ?? post.text;
      const hasMedia = change.mediaIds ? change.mediaIds.length > 0 : post.has_media === 1;
      checkHasContent({ text, hasMedia });
      if (change.mediaIds) {
        if (!isDraft(post)) {
          throw new DomainError('conflict', 'The pictures of a published post cannot be changed.', {
            fields: [{ field: 'mediaIds', message: 'can be changed only while it is a draft' }],
          });
        }
        await detachMedia(tx, id);
        await attachAll(tx, post, change.mediaIds);
      }
      const values = {
        text,
        has_media: hasMedia ? 1 : 0,
        updated_at: now().toISOString(),
      } as const;
      if (!(await updatePost(tx, id, [post.state], values))) throw new StaleRead();
      if (!isDraft(post) && text !== post.text)
        await emit(tx, now(), 'post.changed', { postId: id });
    });
    return read(viewer, id);
  }

  /** Deletes a post of the viewer's: it is gone everywhere at once, its pictures' files a little later. @throws DomainError `not_found` */
  async function remove(viewer: Viewer, id: number): Promise<void> {
    await database.transaction(async (tx) => {
      await markDeleted(tx, await lockOwn(tx, viewer, id), now());
    });
  }

  async function attachAll(tx: Tx, post: PostRow, mediaIds: readonly number[]): Promise<void> {
    for (const [position, id] of mediaIds.entries()) {
      const spot = { id, accountId: post.account_id, postId: post.id, position };
      if (!(await attachMedia(tx, spot))) {
        throw invalid(`mediaIds.${position}`, 'is no picture of yours that is free for a post');
      }
    }
  }

  function newDraft(
    id: number,
    viewer: Viewer,
    { text, mediaIds }: Pick<NewPost, 'text' | 'mediaIds'>,
  ): PostRow {
    const at = now().toISOString();
    return {
      id,
      account_id: viewer.accountId,
      state: 'draft',
      text,
      has_media: mediaIds.length > 0 ? 1 : 0,
      feed_key: null,
      hidden_key: null,
      status_key: null,
      like_count: 0,
      created_at: at,
      updated_at: at,
      published_at: null,
    };
  }

  return { create, uploadDraft, update, remove };
}

function uploadNameTaken(): DomainError {
  return new DomainError('taken', 'A file of this name was uploaded before.');
}

function repeatOf(
  tokens: Needs['tokens'],
  { accountId }: Viewer,
  input: NewPost,
): IdempotentRequest | null {
  const asked = JSON.stringify([input.text, input.mediaIds, input.state]);
  const key = input.idempotencyKey;
  return idempotentRequest(tokens, { accountId, key, operation: 'posts.create', asked });
}
