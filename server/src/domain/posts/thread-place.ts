import type { PostRow } from '../../db/schema.ts';

/** Where a post stands in a conversation: what it answers, and the post that began the thread. */
export type ThreadPlace = Pick<PostRow, 'reply_to_id' | 'root_id'>;

/** The place of a post that answers none. */
export const noThread: ThreadPlace = { reply_to_id: null, root_id: null };
