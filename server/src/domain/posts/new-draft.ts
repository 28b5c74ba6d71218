import type { PostRow } from '../../db/schema.ts';
import type { Viewer } from '../viewer.ts';
import { noThread, type ThreadPlace } from './thread-place.ts';

type Blank = { text: string; hasMedia: boolean; at: string; thread?: ThreadPlace };

/** The row of a draft, before it is written. */
export function newDraft(
  id: number,
  viewer: Viewer,
  { text, hasMedia, at, thread = noThread }: Blank,
): PostRow {
  return {
    id,
    account_id: viewer.accountId,
    state: 'draft',
    text,
    has_media: hasMedia ? 1 : 0,
    feed_key: null,
    hidden_key: null,
    status_key: null,
    ...thread,
    like_count: 0,
    reply_count: 0,
    created_at: at,
    updated_at: at,
    published_at: null,
  };
}
