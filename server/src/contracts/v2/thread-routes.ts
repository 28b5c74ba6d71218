import { Type } from 'typebox';
import { rowId } from './fields.ts';
import type { PostBodies } from './post-pages.ts';
import { PostPageSchema, postPresenter } from './post-wire.ts';
import { route, type V2App } from './route.ts';
import { imageSigner } from './signed-links.ts';
import { ThreadSchema, threadPresenter } from './thread-wire.ts';

const PostParams = Type.Object({ id: rowId });

export function threadRoutes(app: V2App, bodies: PostBodies): void {
  const { threads } = app.services;
  const present = threadPresenter(postPresenter(app.publicUrl, imageSigner(app.services)));

  route(
    app,
    {
      at: 'GET /posts/:id/replies',
      id: 'listReplies',
      summary: 'Direct replies to a post, the oldest first',
      description: 'Replies are posts with `replyToId`; write one with `POST /posts`.',
      tag: 'posts',
      signedIn: 'optional',
      params: PostParams,
      page: 'replies',
      response: { 200: PostPageSchema },
      errors: ['not_found'],
    },
    async ({ viewer, params, page }) =>
      bodies.posts(await threads.replies(viewer, params.id, page), viewer),
  );

  route(
    app,
    {
      at: 'GET /posts/:id/thread',
      id: 'readThread',
      summary: 'The conversation around a post',
      description:
        'What the post replies to, and everything below it, the oldest first. Below a reply, it goes down 500 levels. `replyToId` of each post tells how to draw it as a tree.',
      tag: 'posts',
      signedIn: 'optional',
      params: PostParams,
      page: 'replies',
      response: { 200: ThreadSchema },
      errors: ['not_found'],
    },
    async ({ viewer, params, page }) =>
      present(await threads.thread(viewer, params.id, page), viewer),
  );
}
