import { type Static, Type } from 'typebox';
import type { Thread } from '../../domain/threads/thread-service.ts';
import type { Viewer } from '../../domain/viewer.ts';
import { nullable, ref } from './fields.ts';
import { PostSchema, type postPresenter, samplePost } from './post-wire.ts';

const sampleReply = {
  ...samplePost,
  id: 2,
  text: 'What a morning!',
  author: { id: 2, username: 'bob', displayName: 'Bob', avatar: null },
  replyToId: 1,
  rootId: 1,
};

export const ThreadSchema = Type.Object(
  {
    ancestors: Type.Array(ref(PostSchema), {
      description:
        'What the post replies to, and so on: at most 100, the beginning of the conversation first. Each page has them.',
    }),
    items: Type.Array(ref(PostSchema), {
      description: 'What was written below the post, the oldest first.',
    }),
    nextCursor: nullable(
      Type.String({ description: 'For `cursor` of the next page; null on the last.' }),
    ),
  },
  {
    $id: 'Thread',
    description: 'A page of a conversation, seen from one of its posts.',
    examples: [{ ancestors: [], items: [sampleReply], nextCursor: null }],
  },
);

/** What the OpenAPI document names of conversations. */
export const threadSchemas = [ThreadSchema];

/** Turns conversations into what `/v2` says. */
export function threadPresenter({ post, posts }: ReturnType<typeof postPresenter>) {
  return (
    { ancestors, descendants }: Thread,
    viewer: Viewer | null,
  ): Static<typeof ThreadSchema> => ({
    ancestors: ancestors.map((it) => post(it, viewer)),
    ...posts(descendants, viewer),
  });
}
