import { Type } from 'typebox';
import { pageRequest } from '../../domain/paging.ts';
import type { ContractApp, RouteContext } from '../contract.ts';
import { UsernameParams } from './account-wire.ts';
import { PageQuery, ref } from './fields.ts';
import { linkNext, operation } from './operation.ts';
import { PostPageSchema, postPresenter } from './post-wire.ts';
import { imageSigner } from './signed-links.ts';

const FeedQuery = Type.Object(
  {
    ...PageQuery.properties,
    filter: Type.Optional(
      Type.Enum(['all', 'with-media'], {
        default: 'all',
        description: '`with-media`: only posts with pictures.',
      }),
    ),
  },
  { additionalProperties: false },
);

export function feedRoutes(
  app: ContractApp,
  { services, publicUrl, viewer, viewerIfAny }: RouteContext,
): void {
  const { feeds } = services;
  const present = postPresenter(publicUrl, imageSigner(services));

  app.get(
    '/timeline',
    {
      schema: operation({
        id: 'readTimeline',
        summary: 'Posts of yours and of those whom you follow, newest first',
        tag: 'feeds',
        errors: ['invalid'],
        signedIn: 'required',
        querystring: PageQuery,
        response: { 200: ref(PostPageSchema) },
        sends: ['Link'],
      }),
    },
    async (request, reply) => {
      const who = await viewer(request);
      const page = await feeds.timeline(who, pageRequest('posts', request.query));
      linkNext(request, reply, publicUrl, page.nextCursor);
      return present.posts(page, who);
    },
  );

  app.get(
    '/explore',
    {
      schema: operation({
        id: 'readExplore',
        summary: 'Posts of everybody, newest first',
        tag: 'feeds',
        errors: ['invalid'],
        signedIn: 'optional',
        querystring: FeedQuery,
        response: { 200: ref(PostPageSchema) },
        sends: ['Link'],
      }),
    },
    async (request, reply) => {
      const who = await viewerIfAny(request);
      const { filter = 'all' } = request.query;
      const page = await feeds.explore(who, filter, pageRequest('posts', request.query));
      linkNext(request, reply, publicUrl, page.nextCursor);
      return present.posts(page, who);
    },
  );

  app.get(
    '/users/:username/posts',
    {
      schema: operation({
        id: 'listPostsOfUser',
        summary: 'Posts of an account, newest first',
        tag: 'feeds',
        errors: ['not_found', 'invalid'],
        signedIn: 'optional',
        params: UsernameParams,
        querystring: FeedQuery,
        response: { 200: ref(PostPageSchema) },
        sends: ['Link'],
      }),
    },
    async (request, reply) => {
      const who = await viewerIfAny(request);
      const author = { username: request.params.username, filter: request.query.filter ?? 'all' };
      const page = await feeds.byAuthor(who, author, pageRequest('posts', request.query));
      linkNext(request, reply, publicUrl, page.nextCursor);
      return present.posts(page, who);
    },
  );
}
