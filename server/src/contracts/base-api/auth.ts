import { DomainError } from '../../domain/errors.ts';
import { lengthOf } from '../../domain/text.ts';
import type { ContractApp, Surroundings } from '../contract.ts';
import { connectDevice, deviceIn } from './device-headers.ts';
import { emailLinkPath } from './email-verification.ts';
import { doorOf, tokenOf } from './tokens.ts';
import {
  badPayload,
  dateOf,
  done,
  fault,
  isGiven,
  payloadOf,
  prefix,
  shown,
  textIn,
  textsOf,
} from './wire.ts';

/** Its users chose what they liked. */
const passwordRule = { minLength: 1, maxLength: 128, refusesCommon: false };
const maxUsername = 128;

const noUser = 'User does not exist.';

/** Accounts and their tokens. What is called `username` here is the name that others see; many may have the same. */
export function authRoutes(app: ContractApp, surroundings: Surroundings): void {
  const { services, passwordRuleFor, viewer } = surroundings;
  const { accounts, sessions } = services;

  app.post(
    `${prefix}/auth/register`,
    { schema: { operationId: 'register', summary: 'Make an account' } },
    async (request, reply) => {
      const device = deviceIn(request);
      const names = ['username', 'email', 'password'] as const;
      const { username, email, password } = textsOf(request.body, names);
      if (lengthOf(username) > maxUsername) throw fault(400, badPayload);
      const account = await accounts
        .signUp(
          {
            username: null,
            displayName: username,
            email,
            password,
            emailLinkPath,
            invite: null,
            idempotencyKey: null,
            passwordRule: passwordRuleFor(passwordRule),
          },
          request.ip,
        )
        .catch((error: unknown) => {
          throw codeOf(error) === 'taken' ? fault(400, 'Sorry. That user already exists.') : error;
        });
      const session = await sessions.openPlain(account.id, { by: 'sign-up' }, doorOf(request));
      await connectDevice(services, session, device);
      reply.code(201);
      return {
        ...done('Successfully registered.'),
        auth_token: await tokenOf(services, session),
        username,
      };
    },
  );

  app.post(
    `${prefix}/auth/login`,
    { schema: { operationId: 'logIn', summary: 'Sign in' } },
    async (request) => {
      const device = deviceIn(request);
      const fields = payloadOf(request.body);
      const password = textIn(fields, 'password');
      if (!isGiven(fields.email)) throw fault(404, noUser);
      const login = textIn(fields, 'email');
      const session = await sessions
        .logInPlain({ login, password, ...doorOf(request) })
        .catch((error: unknown) => {
          throw loginRefusals.has(codeOf(error)) ? fault(404, noUser) : error;
        });
      await connectDevice(services, session, device);
      const { displayName } = await accounts.readCard(session.accountId);
      return {
        ...done('Successfully logged in.'),
        auth_token: await tokenOf(services, session),
        username: displayName,
      };
    },
  );

  app.get(
    `${prefix}/auth/status`,
    { schema: { operationId: 'readStatus', summary: 'One’s own account' } },
    async (request) => {
      const me = await accounts.readMe(await viewer(request));
      return shown({
        id: me.id,
        username: me.displayName,
        email: me.email,
        active: true,
        created_at: dateOf(me.createdAt),
        email_validation_date: dateOf(me.emailVerifiedAt),
        cellphone_validation_date: dateOf(me.phoneVerifiedAt),
      });
    },
  );
}

/** A login that fails is answered alike, whatever was wrong. */
const loginRefusals = new Set<string | null>([
  'unknown_account',
  'wrong_password',
  'second_factor_required',
]);

function codeOf(error: unknown): string | null {
  return error instanceof DomainError ? error.code : null;
}
