import type { DomainError } from '../../domain/errors.ts';
import type { Contract, WireCode, WireError } from '../contract.ts';
import { acceptAll, parseOldJson, plainOpenApi, type WordedErrors, wireErrors } from '../older.ts';
import { anyAccept, refuseOtherFormats } from './accept.ts';
import { authRoutes } from './auth-routes.ts';
import { deviceRoutes } from './device-routes.ts';
import { emailVerificationRoutes } from './email-verification-routes.ts';
import { passwordRoutes } from './password-routes.ts';
import { phoneRoutes } from './phone-routes.ts';
import { pushRoutes } from './push-routes.ts';
import { socialRoutes } from './social-routes.ts';
import { tokenIn } from './tokens.ts';
import { userRoutes } from './user-routes.ts';
import { audience, badPayload, badToken, done, failure, mount, prefix } from './wire.ts';

const json = 'application/json';

/** The words of each code, where clients compare them; the domain's own elsewhere. */
const errors: WordedErrors = {
  no_token: [401, 'Not authorized.'],
  bad_token: [401, badToken],
  expired_token: [401, 'Signature expired. Please log in again.'],
  revoked_token: [401, badToken],
  // Of a token; who signs in is told in other words.
  unknown_account: [401, 'Something went wrong. Please contact us.'],
  wrong_password: [400, 'Invalid password. Please try again.'],
  // Its clients have nowhere to type one: they use an app password.
  second_factor_required: [401, 'Not authorized.'],
  forbidden: [403],
  not_found: [404, 'Not Found.'],
  gone: [404],
  expired: [400],
  taken: [400],
  conflict: [400],
  invalid: [400, badPayload],
  malformed: [400, badPayload],
  too_large: [413],
  unsupported: [406],
  rate_limited: [429],
  unavailable: [503],
  method_not_allowed: [405],
  timeout: [408],
  encoded: [415],
  range_not_satisfiable: [416],
  internal: [500, 'Something went wrong.'],
};

/** The contract of a base for mobile apps: accounts, e-mails, phones, devices (docs/contracts/base-api.md). */
export const baseApi: Contract = {
  name: 'base-api',
  title: 'base-api',
  version: '1.0.0',
  description:
    'Accounts, e-mails, phones and devices of mobile apps, for clients of the server of this name; also at `/v1`. `Authorization: Bearer …`',
  mount,
  audience,
  credential: tokenIn,
  principal: ({ legacyTokens }, token) => legacyTokens.resolve(token, audience),
  parsers: parseOldJson,
  validator: acceptAll,
  errors: wireErrors(errors),
  errorBody,
  challenge: null,
  origins: 'all',
  jsonType: json,
  errorType: json,
  openapi: plainOpenApi('base-api', 'bearer'),
  routes(app, context) {
    refuseOtherFormats(app);
    app.get(
      `${prefix}/ping`,
      { schema: { operationId: 'ping', summary: 'Is it there?' }, config: anyAccept },
      async () => done('pong!'),
    );
    userRoutes(app, context);
    authRoutes(app, context);
    passwordRoutes(app, context);
    socialRoutes(app, context);
    phoneRoutes(app, context);
    emailVerificationRoutes(app, context);
    deviceRoutes(app, context);
    pushRoutes(app, context);
  },
};

function errorBody({ message, fields: [problem] }: DomainError, { code }: WireError): object {
  // Passwords are refused only where the configuration asks for stricter ones, or for length; then it is said why.
  const isPassword = problem !== undefined && /password$/i.test(problem.field);
  if (code === 'invalid' && isPassword) return failure(`The password ${problem.message}.`);
  return failure(errors[code as WireCode][1] ?? message);
}
