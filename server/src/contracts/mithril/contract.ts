import { mountOf } from '../addresses.ts';
import type { Contract, WireError } from '../contract.ts';
import { acceptAll, anyToken, parseOldJson, plainOpenApi } from '../older.ts';
import { pictureRoutes } from './picture-routes.ts';
import { userRoutes } from './user-routes.ts';
import { type Code, envelope } from './wire.ts';

const json = 'application/json';

/** The contract of a server that keeps pictures: base64 in, the same base64 out (docs/contracts/mithril.md). */
export const mithril: Contract = {
  name: 'mithril',
  title: 'mithril',
  version: '1.0.0',
  description:
    'Pictures as base64, for clients of the server of this name. Every answer is `{code, message, data}`; the token stands in `Authorization` without a word before it.',
  mount: mountOf('mithril'),
  audience: 'mithril',
  credential: anyToken,
  principal: ({ legacyTokens }, token) => legacyTokens.resolve(token, 'mithril'),
  parsers: parseOldJson,
  validator: acceptAll,
  errors: {
    no_token: wire(403, 7),
    bad_token: wire(401, 9),
    expired_token: wire(401, 8),
    revoked_token: wire(401, 9),
    unknown_account: wire(404, 4),
    wrong_password: wire(401, 5),
    // Its clients have nowhere to type one: they use an app password.
    second_factor_required: wire(401, 5),
    forbidden: wire(403, 1),
    not_found: wire(404, 1),
    gone: wire(410, 1),
    expired: wire(410, 1),
    taken: wire(409, 3),
    conflict: wire(409, 1),
    invalid: wire(400, 2),
    malformed: wire(400, 2),
    too_large: wire(413, 2),
    unsupported: wire(400, 2),
    rate_limited: wire(429, 1),
    unavailable: wire(503, 1),
    method_not_allowed: wire(405, 1),
    timeout: wire(408, 2),
    encoded: wire(415, 2),
    range_not_satisfiable: wire(416, 1),
    internal: wire(500, 1),
  },
  errorBody: (_error, { code }) => envelope(Number(code) as Code),
  challenge: null,
  origins: 'configured',
  jsonType: json,
  errorType: json,
  openapi: plainOpenApi('mithril', 'bare'),
  routes(app, context) {
    userRoutes(app, context);
    pictureRoutes(app, context);
  },
};

function wire(status: number, code: Code): WireError {
  return { status, code: String(code) };
}
