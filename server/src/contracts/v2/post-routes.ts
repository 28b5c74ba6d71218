import { Type } from 'typebox';
import { maxMediaPerPost, maxTextLength } from '../../domain/posts/post.ts';
import { AccountPageSchema, accountPresenter } from './account-wire.ts';
import { checkNotEmpty, NoContent, nullable, rowId, text } from './fields.ts';
import type { PostBodies } from './post-pages.ts';
import { PostPageSchema, PostSchema, postPresenter } from './post-wire.ts';
import { route, type V2App } from './route.ts';
import { imageSigner } from './signed-links.ts';

const PostParams = Type.Object({ id: rowId });

const postText = text({
  maxLength: maxTextLength,
  description: 'The text, or the caption of the pictures.',
});

const mediaIds = Type.Array(rowId, {
  maxItems: maxMediaPerPost,
  description: 'Pictures uploaded before, in this order.',
});

const NewPostBody = Type.Object(
  {
    text: Type.Optional(postText),
    mediaIds: Type.Optional(mediaIds),
    replyToId: Type.Optional(
      nullable({
        ...rowId,
        description:
          'The post that it replies to. Replies are shown in their thread, and in no feed.',
      }),
    ),
    state: Type.Optional(Type.Enum(['draft', 'published'], { default: 'published' })),
  },
  {
    additionalProperties: false,
    examples: [{ text: 'First light.', mediaIds: [1], state: 'draft' }],
  },
);

const PostChangeBody = Type.Object(
  { text: Type.Optional(postText), mediaIds: Type.Optional(mediaIds) },
  { additionalProperties: false, examples: [{ text: 'First light, at last.' }] },
);

export function postRoutes(app: V2App, bodies: PostBodies): void {
  const { likes, posts } = app.services;
  const { cards } = accountPresenter(app.publicUrl);
  const present = postPresenter(app.publicUrl, imageSigner(app.services));

  route(
    app,
    {
      at: 'POST /posts',
      id: 'createPost',
      summary: 'Write a post or a reply, as a draft or for all to see',
      tag: 'posts',
      signedIn: 'required',
      repeatable: true,
      body: NewPostBody,
      response: { 201: PostSchema },
      location: '/posts/:id',
      errors: ['conflict', 'gone'],
    },
    async ({ viewer, body, idempotencyKey }) => {
      const { text = '', mediaIds = [], replyToId = null, state = 'published' } = body;
      const input = { text, mediaIds, replyToId, state, idempotencyKey };
      const post = await posts.create(viewer, input);
      return present.post(post, viewer);
    },
  );

  route(
    app,
    {
      at: 'GET /posts/:id',
      id: 'readPost',
      summary: 'Read a post',
      tag: 'posts',
      signedIn: 'optional',
      params: PostParams,
      response: { 200: PostSchema },
      errors: ['not_found'],
    },
    async ({ viewer, params }) => bodies.post(await posts.read(viewer, params.id), viewer),
  );

  route(
    app,
    {
      at: 'PATCH /posts/:id',
      id: 'updatePost',
      summary: 'Change your post',
      description: 'The pictures can be changed only while it is a draft.',
      tag: 'posts',
      signedIn: 'required',
      params: PostParams,
      body: PostChangeBody,
      response: { 200: PostSchema },
      errors: ['not_found', 'forbidden', 'conflict'],
    },
    async ({ viewer, params, body }) => {
      checkNotEmpty(body);
      return present.post(await posts.update(viewer, params.id, body), viewer);
    },
  );

  route(
    app,
    {
      at: 'DELETE /posts/:id',
      id: 'deletePost',
      summary: 'Delete your post',
      tag: 'posts',
      signedIn: 'required',
      params: PostParams,
      response: { 204: NoContent },
      errors: ['not_found', 'forbidden'],
    },
    ({ viewer, params }) => posts.remove(viewer, params.id),
  );

  route(
    app,
    {
      at: 'POST /posts/:id/publish',
      id: 'publishPost',
      summary: 'Show your draft to all',
      description: 'Doing it twice changes nothing.',
      tag: 'posts',
      signedIn: 'required',
      repeatable: true,
      params: PostParams,
      response: { 200: PostSchema },
      errors: ['not_found', 'forbidden', 'conflict'],
    },
    async ({ viewer, params }) => present.post(await posts.publish(viewer, params.id), viewer),
  );

  route(
    app,
    {
      at: 'GET /drafts',
      id: 'listDrafts',
      summary: 'Your drafts, newest first',
      tag: 'posts',
      signedIn: 'required',
      page: 'drafts',
      response: { 200: PostPageSchema },
    },
    async ({ viewer, page }) => present.posts(await posts.listDrafts(viewer, page), viewer),
  );

  route(
    app,
    {
      at: 'PUT /posts/:id/like',
      id: 'like',
      summary: 'Like a post',
      description: 'Doing it twice changes nothing.',
      tag: 'posts',
      signedIn: 'required',
      params: PostParams,
      response: { 200: PostSchema },
      errors: ['not_found', 'conflict'],
    },
    async ({ viewer, params }) => bodies.post(await likes.like(viewer, params.id), viewer),
  );

  route(
    app,
    {
      at: 'DELETE /posts/:id/like',
      id: 'unlike',
      summary: 'Take a like back',
      description: 'Doing it twice changes nothing.',
      tag: 'posts',
      signedIn: 'required',
      params: PostParams,
      response: { 200: PostSchema },
      errors: ['not_found', 'conflict'],
    },
    async ({ viewer, params }) => bodies.post(await likes.unlike(viewer, params.id), viewer),
  );

  route(
    app,
    {
      at: 'GET /posts/:id/likes',
      id: 'listLikes',
      summary: 'Who likes a post, the latest first',
      tag: 'posts',
      signedIn: 'optional',
      params: PostParams,
      page: 'likes',
      response: { 200: AccountPageSchema },
      errors: ['not_found'],
    },
    async ({ viewer, params, page }) => cards(await likes.listLikers(viewer, params.id, page)),
  );
}
