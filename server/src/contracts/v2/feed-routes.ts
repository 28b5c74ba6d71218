import { Type } from 'typebox';
import { UsernameParams } from './account-wire.ts';
import type { PostBodies } from './post-pages.ts';
import { PostPageSchema } from './post-wire.ts';
import { route, type V2App } from './route.ts';

const FeedQuery = Type.Object(
  {
    filter: Type.Optional(
      Type.Enum(['all', 'with-media'], {
        default: 'all',
        description: '`with-media`: only posts with pictures.',
      }),
    ),
  },
  { additionalProperties: false },
);

export function feedRoutes(app: V2App, bodies: PostBodies): void {
  const { feeds } = app.services;

  route(
    app,
    {
      at: 'GET /timeline',
      id: 'readTimeline',
      summary: 'Posts of yours and of those whom you follow, newest first',
      tag: 'feeds',
      signedIn: 'required',
      page: 'posts',
      response: { 200: PostPageSchema },
    },
    async ({ viewer, page }) => bodies.posts(await feeds.timeline(viewer, page), viewer),
  );

  route(
    app,
    {
      at: 'GET /explore',
      id: 'readExplore',
      summary: 'Posts of everybody, newest first',
      tag: 'feeds',
      signedIn: 'optional',
      query: FeedQuery,
      page: 'posts',
      response: { 200: PostPageSchema },
    },
    async ({ viewer, query: { filter = 'all' }, page }) =>
      bodies.posts(await feeds.explore(viewer, filter, page), viewer),
  );

  route(
    app,
    {
      at: 'GET /users/:username/posts',
      id: 'listPostsOfUser',
      summary: 'Posts of an account, newest first',
      tag: 'feeds',
      signedIn: 'optional',
      params: UsernameParams,
      query: FeedQuery,
      page: 'posts',
      response: { 200: PostPageSchema },
      errors: ['not_found'],
    },
    async ({ viewer, params: { username }, query: { filter = 'all' }, page }) =>
      bodies.posts(await feeds.byAuthor(viewer, { username, filter }, page), viewer),
  );
}
