import { mountOf } from '../addresses.ts';
import type { Contract, WireCode, WireError } from '../contract.ts';
import { acceptAll, anyToken, parseOldJson, plainOpenApi } from '../older.ts';
import { accountRoutes } from './account-routes.ts';
import { pictureRoutes } from './picture-routes.ts';
import { tweetRoutes } from './tweet-routes.ts';

const html = 'text/html; charset=utf-8';

/** Status codes are all that its clients read of an error; the bodies are empty. */
const statuses: Record<WireCode, number> = {
  no_token: 401,
  bad_token: 401,
  expired_token: 401,
  revoked_token: 401,
  unknown_account: 401,
  wrong_password: 401,
  second_factor_required: 401,
  forbidden: 403,
  not_found: 404,
  gone: 404,
  expired: 400,
  taken: 409,
  conflict: 409,
  invalid: 400,
  malformed: 400,
  too_large: 413,
  unsupported: 400,
  rate_limited: 429,
  unavailable: 503,
  method_not_allowed: 405,
  timeout: 408,
  encoded: 415,
  range_not_satisfiable: 416,
  internal: 500,
};

/** The contract of a small social network: tweets, follows, likes, profile pictures (docs/contracts/mini-sns.md). */
export const miniSns: Contract = {
  name: 'mini-sns',
  title: 'mini-sns',
  version: '1.0.0',
  description:
    'Tweets, follows, likes and profile pictures, for clients of the server of this name. The token stands in `Authorization` without a word before it.',
  mount: mountOf('mini-sns'),
  audience: 'mini-sns',
  credential: anyToken,
  principal: ({ legacyTokens }, token) => legacyTokens.resolve(token, 'mini-sns'),
  parsers: parseOldJson,
  validator: acceptAll,
  errors: Object.fromEntries(
    Object.entries(statuses).map(([code, status]) => [code, { status, code }]),
  ) as Record<WireCode, WireError>,
  errorBody: () => '',
  challenge: null,
  origins: 'all',
  jsonType: 'application/json',
  errorType: html,
  openapi: plainOpenApi('mini-sns', 'bare'),
  routes(app, context) {
    accountRoutes(app, context);
    tweetRoutes(app, context);
    pictureRoutes(app, context);
  },
};
