import type { FastifyRequest } from 'fastify';
import type { Contract } from '../contract.ts';
import { jsonTypes } from '../json-text.ts';
import { accountRoutes } from './account-routes.ts';
import { accountSchemas } from './account-wire.ts';
import { adminRoutes } from './admin-routes.ts';
import { adminSchemas } from './admin-wire.ts';
import { appPasswordRoutes } from './app-password-routes.ts';
import { appPasswordSchemas } from './app-password-wire.ts';
import { blockRoutes } from './block-routes.ts';
import { deviceRoutes } from './device-routes.ts';
import { deviceSchemas } from './device-wire.ts';
import { emailRoutes } from './email-routes.ts';
import { eventRoutes, eventSchemas } from './event-routes.ts';
import { feedRoutes } from './feed-routes.ts';
import { groupEventRoutes } from './group-event-routes.ts';
import { groupRoutes } from './group-routes.ts';
import { groupSchemas } from './group-wire.ts';
import { identityRoutes } from './identity-routes.ts';
import { identitySchemas } from './identity-wire.ts';
import { inviteRoutes } from './invite-routes.ts';
import { inviteSchemas } from './invite-wire.ts';
import { jsonType, parseStrictJson } from './json-body.ts';
import { mediaRoutes } from './media-routes.ts';
import { mediaSchemas } from './media-wire.ts';
import { moderationRoutes } from './moderation-routes.ts';
import { notificationRoutes } from './notification-routes.ts';
import { notificationSchemas } from './notification-wire.ts';
import { passkeyRoutes } from './passkey-routes.ts';
import { passkeySchemas } from './passkey-wire.ts';
import { passwordRoutes } from './password-routes.ts';
import { phoneRoutes } from './phone-routes.ts';
import { phoneSchemas } from './phone-wire.ts';
import { postBodies } from './post-pages.ts';
import { postRoutes } from './post-routes.ts';
import { postSchemas } from './post-wire.ts';
import { problemComponents } from './problem-responses.ts';
import { problemSchemas } from './problem-wire.ts';
import { problemOf, v2Errors } from './problems.ts';
import { reportRoutes } from './report-routes.ts';
import { reportSchemas } from './report-wire.ts';
import { sharedHeaders } from './response-headers.ts';
import { searchRoutes, searchSchemas } from './search-routes.ts';
import { secondFactorRoutes } from './second-factor-routes.ts';
import { secondFactorSchemas } from './second-factor-wire.ts';
import { sessionRoutes } from './session-routes.ts';
import { sessionSchemas } from './session-wire.ts';
import { tags } from './tags.ts';
import { threadRoutes } from './thread-routes.ts';
import { threadSchemas } from './thread-wire.ts';
import { v2Validator } from './validator.ts';

/** Rookery's own contract, where new things go. */
export const v2: Contract = {
  name: 'v2',
  title: null,
  version: '2.0.0',
  description:
    'Accounts, photos, posts, follows and feeds. JSON in camelCase; errors are RFC 9457 problems whose `code` is stable; lists are paged by an opaque `cursor`; an `Idempotency-Key` makes a POST safe to repeat.',
  mount: '/v2',
  audience: 'v2',
  credential: bearerToken,
  principal: ({ sessions }, credential) => sessions.resolve(credential, 'v2'),
  challenge: ({ code }) => `Bearer error="${code}"`,
  origins: 'configured',
  parsers(app) {
    app.removeContentTypeParser('application/json');
    app.addContentTypeParser(jsonTypes, { parseAs: 'buffer' }, (_request, body, done) => {
      if (body.length === 0) return done(null, undefined);
      try {
        return done(null, parseStrictJson(Buffer.from(body)));
      } catch (error) {
        return done(error as Error);
      }
    });
    app.removeContentTypeParser('text/plain');
  },
  validator: v2Validator(),
  errors: v2Errors,
  errorBody: problemOf,
  jsonType,
  errorType: 'application/problem+json; charset=utf-8',
  openapi: {
    schemas: [
      ...accountSchemas,
      ...sessionSchemas,
      ...phoneSchemas,
      ...mediaSchemas,
      ...postSchemas,
      ...threadSchemas,
      ...reportSchemas,
      ...searchSchemas,
      ...problemSchemas,
      ...adminSchemas,
      ...deviceSchemas,
      ...eventSchemas,
      ...groupSchemas,
      ...identitySchemas,
      ...inviteSchemas,
      ...notificationSchemas,
      ...secondFactorSchemas,
      ...passkeySchemas,
      ...appPasswordSchemas,
    ],
    components: {
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'The `accessToken` of `POST /v2/sessions`. Make an account with `POST /v2/accounts` first.',
        },
        signature: {
          type: 'apiKey',
          in: 'query',
          name: 'signature',
          description: 'Part of signed addresses, such as those of pictures; made by the server.',
        },
      },
      headers: sharedHeaders,
      ...problemComponents(),
    },
    tags,
  },
  routes(fastify, context) {
    const app = { ...context, fastify };
    accountRoutes(app);
    emailRoutes(app);
    passwordRoutes(app);
    inviteRoutes(app);
    sessionRoutes(app);
    phoneRoutes(app);
    identityRoutes(app);
    secondFactorRoutes(app);
    passkeyRoutes(app);
    appPasswordRoutes(app);
    mediaRoutes(app);
    // One for both: what is kept of a post is the same in a list and alone.
    const bodies = postBodies(app);
    postRoutes(app, bodies);
    threadRoutes(app, bodies);
    blockRoutes(app);
    reportRoutes(app);
    searchRoutes(app);
    feedRoutes(app, bodies);
    adminRoutes(app);
    moderationRoutes(app);
    groupRoutes(app);
    groupEventRoutes(app);
    deviceRoutes(app);
    notificationRoutes(app);
    eventRoutes(app);
  },
};

/** `Authorization: Bearer <token>`; any other form counts as a token that is not valid. */
function bearerToken({ headers: { authorization } }: FastifyRequest): string | null {
  if (authorization === undefined) return null;
  return /^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '';
}
