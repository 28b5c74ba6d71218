import { Type } from 'typebox';
import { UsernameParams } from './account-wire.ts';
import { PostPageSchema, postPresenter } from './post-wire.ts';
import { route, type V2App } from './route.ts';
import { imageSigner } from './signed-links.ts';

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

export function feedRoutes(app: V2App): void {
  const { feeds } = app.services;
  const present = postPresenter(app.publicUrl, imageSigner(app.services));

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
    async ({ viewer, page }) => present.posts(await feeds.timeline(viewer, page), viewer),
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
      present.posts(await feeds.explore(viewer, filter, page), viewer),
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
      present.posts(await feeds.byAuthor(viewer, { username, filter }, page), viewer),
  );
}
