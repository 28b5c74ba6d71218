import { type Static, Type } from 'typebox';
import type { Page } from '../../domain/paging.ts';
import { isForAll, type PostView } from '../../domain/posts/post.ts';
import type { Viewer } from '../../domain/viewer.ts';
import { AccountCardSchema, accountPresenter, sampleCard } from './account-wire.ts';
import { id, nullable, pageSchema, ref, time } from './fields.ts';
import { MediaSchema, mediaPresenter } from './media-wire.ts';
import type { ImageSigner } from './signed-links.ts';

export const samplePost = {
  id: 1,
  state: 'published',
  text: 'First light.',
  author: sampleCard,
  media: [],
  replyToId: null,
  rootId: null,
  replyCount: 0,
  likeCount: 1,
  likedByMe: false,
  createdAt: '2026-06-01T12:00:00.000Z',
  updatedAt: '2026-06-01T12:00:00.000Z',
  publishedAt: '2026-06-01T12:00:00.000Z',
};

export const PostSchema = Type.Object(
  {
    id: id('Number of the post.'),
    state: Type.Enum(['draft', 'published']),
    text: Type.String(),
    author: ref(AccountCardSchema),
    media: Type.Array(ref(MediaSchema)),
    replyToId: nullable(id('The post that it replies to, which may be deleted since.')),
    rootId: nullable(id('The post that began the conversation; null when it replies to none.')),
    replyCount: Type.Integer({ description: 'How many posts reply to this one directly.' }),
    likeCount: Type.Integer(),
    likedByMe: Type.Boolean(),
    createdAt: time('When it was written.'),
    updatedAt: time('When it was changed last.'),
    publishedAt: nullable(time('When it was published; null for a draft.')),
  },
  {
    $id: 'Post',
    description: 'A post: text, pictures, or both.',
    examples: [samplePost],
  },
);

export const PostPageSchema = pageSchema(PostSchema);

/** What the OpenAPI document names of posts. */
export const postSchemas = [PostSchema, PostPageSchema];

/** Turns posts of the domain into what `/v2` says. Only what shows posts that are not for all signs addresses. */
export function postPresenter(publicUrl: string, sign: ImageSigner | null = null) {
  const { card } = accountPresenter(publicUrl);
  const media = mediaPresenter(publicUrl, sign);

  /** Field by field: a copy of all but one takes far longer. */
  function post(of: PostView, viewer: Viewer | null): Static<typeof PostSchema> {
    const privateTo = isForAll(of) ? null : viewer;
    return {
      id: of.id,
      state: of.state,
      text: of.text,
      author: card(of.author),
      media: of.media.map((picture) => media(picture, privateTo)),
      replyToId: of.replyToId,
      rootId: of.rootId,
      replyCount: of.replyCount,
      likeCount: of.likeCount,
      likedByMe: of.likedByMe,
      createdAt: of.createdAt,
      updatedAt: of.updatedAt,
      publishedAt: of.publishedAt,
    };
  }

  function posts(page: Page<PostView>, viewer: Viewer | null): Static<typeof PostPageSchema> {
    return { items: page.items.map((it) => post(it, viewer)), nextCursor: page.nextCursor };
  }

  return { post, posts };
}
