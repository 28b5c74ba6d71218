import { Type } from 'typebox';
import { datedPageRequest, pageRequest } from '../../domain/paging.ts';
import { maxMediaPerPost, maxTextLength } from '../../domain/posts/post.ts';
import type { ContractApp, RouteContext } from '../contract.ts';
import { AccountPageSchema, accountPresenter } from './account-wire.ts';
import { NoContent, PageQuery, ref, text } from './fields.ts';
import { checkNotEmpty, idempotencyKey, linkNext, operation } from './operation.ts';
import { PostPageSchema, PostSchema, postPresenter } from './post-wire.ts';
import { imageSigner } from './signed-links.ts';

const id = Type.Integer({ minimum: 1, maximum: 2147483647 });

const PostParams = Type.Object({ id });

const postText = text({
  maxLength: maxTextLength,
  description: 'The text, or the caption of the pictures.',
});

const mediaIds = Type.Array(id, {
  maxItems: maxMediaPerPost,
  description: 'Pictures uploaded before, in this order.',
});

const NewPostBody = Type.Object(
  {
    text: Type.Optional(postText),
    mediaIds: Type.Optional(mediaIds),
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

export function postRoutes(
  app: ContractApp,
  { services, publicUrl, viewer, viewerIfAny }: RouteContext,
): void {
  const { likes, posts } = services;
  const { cards } = accountPresenter(publicUrl);
  const present = postPresenter(publicUrl, imageSigner(services));

  app.post(
    '/posts',
    {
      schema: operation({
        id: 'createPost',
        summary: 'Write a post, as a draft or for all to see',
        tag: 'posts',
        errors: ['invalid', 'conflict', 'gone', 'unsupported', 'too_large'],
        signedIn: 'required',
        repeatable: true,
        body: NewPostBody,
        response: { 201: ref(PostSchema) },
        sends: ['Location'],
      }),
    },
    async (request, reply) => {
      const { text = '', mediaIds = [], state = 'published' } = request.body;
      const input = { text, mediaIds, state, idempotencyKey: idempotencyKey(request) };
      const who = await viewer(request);
      const post = await posts.create(who, input);
      reply.code(201).header('location', `${publicUrl}/v2/posts/${post.id}`);
      return present.post(post, who);
    },
  );

  app.get(
    '/posts/:id',
    {
      schema: operation({
        id: 'readPost',
        summary: 'Read a post',
        tag: 'posts',
        errors: ['not_found', 'invalid'],
        signedIn: 'optional',
        params: PostParams,
        response: { 200: ref(PostSchema) },
      }),
    },
    async (request) => {
      const who = await viewerIfAny(request);
      return present.post(await posts.read(who, request.params.id), who);
    },
  );

  app.patch(
    '/posts/:id',
    {
      schema: operation({
        id: 'updatePost',
        summary: 'Change your post',
        description: 'The pictures can be changed only while it is a draft.',
        tag: 'posts',
        errors: ['not_found', 'forbidden', 'invalid', 'conflict', 'unsupported', 'too_large'],
        signedIn: 'required',
        params: PostParams,
        body: PostChangeBody,
        response: { 200: ref(PostSchema) },
      }),
    },
    async (request) => {
      const who = await viewer(request);
      checkNotEmpty(request.body);
      return present.post(await posts.update(who, request.params.id, request.body), who);
    },
  );

  app.delete(
    '/posts/:id',
    {
      schema: operation({
        id: 'deletePost',
        summary: 'Delete your post',
        tag: 'posts',
        errors: ['not_found', 'forbidden', 'invalid'],
        signedIn: 'required',
        params: PostParams,
        response: { 204: NoContent },
      }),
    },
    async (request, reply) => {
      await posts.remove(await viewer(request), request.params.id);
      return reply.code(204).send();
    },
  );

  app.post(
    '/posts/:id/publish',
    {
      schema: operation({
        id: 'publishPost',
        summary: 'Show your draft to all',
        description: 'Doing it twice changes nothing.',
        tag: 'posts',
        errors: ['not_found', 'forbidden', 'invalid'],
        signedIn: 'required',
        repeatable: true,
        params: PostParams,
        response: { 200: ref(PostSchema) },
      }),
    },
    async (request) => {
      const who = await viewer(request);
      return present.post(await posts.publish(who, request.params.id), who);
    },
  );

  app.get(
    '/drafts',
    {
      schema: operation({
        id: 'listDrafts',
        summary: 'Your drafts, newest first',
        tag: 'posts',
        errors: ['invalid'],
        signedIn: 'required',
        querystring: PageQuery,
        response: { 200: ref(PostPageSchema) },
        sends: ['Link'],
      }),
    },
    async (request, reply) => {
      const who = await viewer(request);
      const list = await posts.listDrafts(who, datedPageRequest('drafts', request.query));
      linkNext(request, reply, publicUrl, list.nextCursor);
      return present.posts(list, who);
    },
  );

  app.put(
    '/posts/:id/like',
    {
      schema: operation({
        id: 'like',
        summary: 'Like a post',
        description: 'Doing it twice changes nothing.',
        tag: 'posts',
        errors: ['not_found', 'conflict', 'invalid'],
        signedIn: 'required',
        params: PostParams,
        response: { 200: ref(PostSchema) },
      }),
    },
    async (request) => {
      const who = await viewer(request);
      return present.post(await likes.like(who, request.params.id), who);
    },
  );

  app.delete(
    '/posts/:id/like',
    {
      schema: operation({
        id: 'unlike',
        summary: 'Take a like back',
        description: 'Doing it twice changes nothing.',
        tag: 'posts',
        errors: ['not_found', 'conflict', 'invalid'],
        signedIn: 'required',
        params: PostParams,
        response: { 200: ref(PostSchema) },
      }),
    },
    async (request) => {
      const who = await viewer(request);
      return present.post(await likes.unlike(who, request.params.id), who);
    },
  );

  app.get(
    '/posts/:id/likes',
    {
      schema: operation({
        id: 'listLikes',
        summary: 'Who likes a post, the latest first',
        tag: 'posts',
        errors: ['not_found', 'invalid'],
        signedIn: 'optional',
        params: PostParams,
        querystring: PageQuery,
        response: { 200: ref(AccountPageSchema) },
        sends: ['Link'],
      }),
    },
    async (request, reply) => {
      const who = await viewerIfAny(request);
      const list = await likes.listLikers(
        who,
        request.params.id,
        pageRequest('likes', request.query),
      );
      linkNext(request, reply, publicUrl, list.nextCursor);
      return cards(list);
    },
  );
}
