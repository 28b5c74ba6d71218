import type { FastifyRequest } from 'fastify';
import type { Contract } from '../contract.ts';
import { accountRoutes } from './accounts.ts';
import { eventRoutes } from './events.ts';
import { feedRoutes } from './feeds.ts';
import { parseStrictJson } from './json-body.ts';
import { mediaRoutes } from './media.ts';
import { notificationSchemas } from './notification-wire.ts';
import { notificationRoutes } from './notifications.ts';
import { postRoutes } from './posts.ts';
import { problemComponents } from './problem-responses.ts';
import { problemOf, v2Errors } from './problems.ts';
import { sharedHeaders } from './response-headers.ts';
import { sessionRoutes } from './sessions.ts';
import { tags } from './tags.ts';
import { v2Validator } from './validator.ts';
import { sharedSchemas } from './wire.ts';

/** Rookery's own contract, where new things go. */
export const v2: Contract = {
  name: 'v2',
  title: 'Rookery',
  version: '2.0.0',
  description:
    'Accounts, photos, posts, follows and feeds. JSON in camelCase; errors are RFC 9457 problems whose `code` is stable; lists are paged by an opaque `cursor`; an `Idempotency-Key` makes a POST safe to repeat.',
  mount: '/v2',
  audience: 'v2',
  credential: bearerToken,
  parsers(app) {
    app.removeContentTypeParser('application/json');
    app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
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
  jsonType: 'application/json; charset=utf-8',
  errorType: 'application/problem+json; charset=utf-8',
  openapi: {
    schemas: [...sharedSchemas, ...notificationSchemas],
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      headers: sharedHeaders,
      ...problemComponents(),
    },
    tags,
  },
  routes(app, surroundings) {
    accountRoutes(app, surroundings);
    sessionRoutes(app, surroundings);
    mediaRoutes(app, surroundings);
    postRoutes(app, surroundings);
    feedRoutes(app, surroundings);
    notificationRoutes(app, surroundings);
    eventRoutes(app, surroundings);
  },
};

/** `Authorization: Bearer <token>`; any other form counts as a token that is not valid. */
function bearerToken({ headers: { authorization } }: FastifyRequest): string | null {
  if (authorization === undefined) return null;
  return /^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '';
}
