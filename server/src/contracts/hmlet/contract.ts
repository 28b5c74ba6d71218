import type { DomainError } from '../../domain/errors.ts';
import type { Contract, WireCode, WireError } from '../contract.ts';
import { acceptAll, parseOldJson, plainOpenApi, type WordedErrors, wireErrors } from '../older.ts';
import { accountRoutes } from './account-routes.ts';
import { photoRoutes } from './photo-routes.ts';
import { audience, headerOf, holderOf } from './tokens.ts';
import { uploadRoutes } from './upload-routes.ts';
import { mount } from './wire.ts';

const json = 'application/json';
const revoked = 'Token has been revoked';

/** The words of each code, where clients compare them; the domain's own elsewhere. */
const errors: WordedErrors = {
  no_token: [401, 'Missing Authorization Header'],
  bad_token: [422],
  expired_token: [401, 'Token has expired'],
  revoked_token: [401, revoked],
  // Of a token; who signs in is told in other words.
  unknown_account: [401, revoked],
  wrong_password: [400, 'Wrong credentials'],
  // Its clients have nowhere to type one: they use an app password.
  second_factor_required: [400, 'Wrong credentials'],
  forbidden: [403],
  not_found: [404],
  gone: [404],
  expired: [400],
  taken: [400],
  conflict: [400],
  invalid: [400],
  malformed: [
    400,
    '400 Bad Request: The browser (or proxy) sent a request that this server could not understand.',
  ],
  too_large: [413],
  unsupported: [400],
  rate_limited: [429],
  unavailable: [503],
  method_not_allowed: [405],
  timeout: [408],
  encoded: [415],
  range_not_satisfiable: [416],
  internal: [500, 'Something went wrong'],
};

const tokenErrors = new Set<string>([
  'no_token',
  'bad_token',
  'expired_token',
  'revoked_token',
  'unknown_account',
]);

/** The contract of a photo app: drafts that are published, captions, two kinds of token (docs/contracts/hmlet.md). */
export const hmlet: Contract = {
  name: 'hmlet',
  title: 'hmlet',
  version: '1.0.0',
  description:
    'Photos that are drafts until they are posted, for clients of the server of this name. `Authorization: Bearer …`, with an access token, or the refresh token where that is asked for.',
  mount,
  audience,
  credential: headerOf,
  principal: (services, header) => holderOf(services, header, 'access'),
  parsers: parseOldJson,
  validator: acceptAll,
  errors: wireErrors(errors),
  errorBody,
  challenge: null,
  origins: 'configured',
  jsonType: json,
  errorType: json,
  openapi: plainOpenApi('hmlet', 'bearer'),
  routes(app, context) {
    app.get('/hello', { schema: { operationId: 'hello', summary: 'Is it there?' } }, async () => ({
      message: 'Hello Users. Please Login !!',
    }));
    app.get(
      '/',
      {
        schema: { operationId: 'readRoot', summary: 'The same, as a text' },
        prefixTrailingSlash: 'slash',
      },
      async (_request, reply) => reply.type('text/html; charset=utf-8').send('Hello from Flask!'),
    );
    accountRoutes(app, context);
    uploadRoutes(app, context);
    photoRoutes(app, context);
  },
};

function errorBody({ message }: DomainError, { code }: WireError): object {
  const text = errors[code as WireCode][1] ?? message;
  return tokenErrors.has(code) ? { msg: text } : { Error: text };
}
