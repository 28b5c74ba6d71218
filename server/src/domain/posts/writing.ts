import type { Database } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import { checkLives } from '../accounts/account-lives.ts';
import {
  claimIdempotencyKey,
  findIdempotentResult,
  type IdempotentRequest,
  idempotentRequest,
  showIdempotentResult,
} from '../idempotency-store.ts';
import type { Now, TokenSigner } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import { attachAll } from './attaching.ts';
import { newDraft } from './new-draft.ts';
import { checkHasContent, checkMediaIds, checkText, type PostView } from './post.ts';
import { insertPost } from './post-store.ts';
import type { PostPublishing, ReadPost } from './publishing.ts';
import type { PostReading } from './reading.ts';
import { placeInThread } from './replying.ts';

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  tokens: Pick<TokenSigner, 'mac'>;
  publishing: Pick<PostPublishing, 'publication' | 'notePublished'>;
  read: ReadPost;
  view: PostReading['view'];
};

export type NewPost = {
  text: string;
  mediaIds: readonly number[];
  /** The post that it answers; default: none. */
  replyToId?: number | null;
  state: 'draft' | 'published';
  idempotencyKey: string | null;
  /** Whether it may have neither a text nor a picture. */
  isEmptyAllowed?: boolean;
};

/** Writes posts. */
export function postWriting({ database, newId, now, tokens, publishing, read, view }: Needs) {
  const { publication, notePublished } = publishing;

  /**
   * Writes a post with media uploaded before, as a draft or at once for all to see.
   * @throws DomainError `invalid` (text, mediaIds, replyToId) · `conflict` (another post has the picture) · `gone` (a repeat, deleted since)
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
    const { text, mediaIds, replyToId = null } = input;
    const blank = { text, hasMedia: mediaIds.length > 0, at: now().toISOString() };
    const id = await newId('posts');
    const written = await database.transaction(async (tx) => {
      await checkLives(tx, viewer.accountId);
      const other = await claimIdempotencyKey(tx, repeat, id, now());
      if (other !== null) return { other };
      const thread = await placeInThread(tx, viewer, replyToId);
      const draft = newDraft(id, viewer, { ...blank, thread });
      const row = input.state === 'published' ? { ...draft, ...publication(draft) } : draft;
      await insertPost(tx, row);
      await attachAll(tx, row, input.mediaIds);
      if (input.state === 'published') await notePublished(tx, row);
      return { row };
    });
    return written.row ? view(written.row, { likedByMe: false }) : read(viewer, written.other);
  }

  return { create };
}

function repeatOf(
  tokens: Needs['tokens'],
  { accountId }: Viewer,
  input: NewPost,
): IdempotentRequest | null {
  const { text, mediaIds, state, replyToId = null } = input;
  // Of a post that answers none, as versions without replies wrote it.
  const parts = [text, mediaIds, state, ...(replyToId === null ? [] : [replyToId])];
  const asked = JSON.stringify(parts);
  const key = input.idempotencyKey;
  return idempotentRequest(tokens, { accountId, key, operation: 'posts.create', asked });
}
