import type { DomainError } from '../../domain/errors.ts';
import type { Contract, WireCode, WireError } from '../contract.ts';
import {
  acceptAll,
  anyToken,
  parseOldJson,
  plainOpenApi,
  type WordedErrors,
  wireErrors,
} from '../older.ts';
import { authRoutes } from './auth-routes.ts';
import { documentRoutes } from './document-routes.ts';
import { documentationRoutes } from './documentation-routes.ts';
import { registrationRoutes } from './registration-routes.ts';
import { audience, holderOf } from './tokens.ts';
import { failureOf, mount, wrongCredentials } from './wire.ts';

const json = 'application/json';
const noGoodToken = 'Please Provide a valid auth token.';
const ended = 'Token has expired';

/** The words of each code, where clients compare them; the domain's own elsewhere. */
const errors: WordedErrors = {
  no_token: [401, noGoodToken],
  bad_token: [401, noGoodToken],
  expired_token: [401, noGoodToken],
  revoked_token: [401, ended],
  // Of a token: a login does not tell which names there are.
  unknown_account: [401, ended],
  wrong_password: [401, wrongCredentials],
  // Its clients have nowhere to type one: they use an app password.
  second_factor_required: [401, wrongCredentials],
  forbidden: [403, 'You do not have access to this feature.'],
  not_found: [404],
  gone: [404],
  expired: [400],
  taken: [400],
  conflict: [409],
  invalid: [400],
  malformed: [400],
  too_large: [413],
  unsupported: [415],
  rate_limited: [429],
  unavailable: [503],
  method_not_allowed: [405],
  timeout: [408],
  encoded: [415],
  range_not_satisfiable: [416],
  internal: [500, 'Something went wrong'],
};

/** The contract of a server for gamers: a document to each user, two kinds of token (docs/contracts/flask-api.md). */
export const flaskApi: Contract = {
  name: 'flask-api',
  title: 'flask-api',
  version: '1.0.0',
  description:
    'Users and a document about each, for clients of the server of this name. Every answer has `status` and `response`, which say the same, and mostly `message` and `results`. `Authorization: Bearer …`, with an access token, or the refresh token where that is asked for.',
  mount,
  audience,
  credential: anyToken,
  principal: holderOf,
  // Each route says in its own words that it misses JSON; one that needs none ignores what it gets.
  parsers: (app) => parseOldJson(app, () => null),
  validator: acceptAll,
  errors: wireErrors(errors),
  errorBody,
  challenge: null,
  origins: 'all',
  jsonType: json,
  errorType: json,
  openapi: plainOpenApi('flask-api', 'bearer'),
  routes(app, context) {
    documentationRoutes(app);
    authRoutes(app, context);
    registrationRoutes(app, context);
    documentRoutes(app, context);
  },
};

function errorBody({ message }: DomainError, { code }: WireError): object {
  const text = errors[code as WireCode][1] ?? message;
  return failureOf(text, code === 'forbidden' ? { results: null } : {});
}
