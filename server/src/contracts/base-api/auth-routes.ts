import type { ContractApp, RouteContext } from '../contract.ts';
import { anyPassword, endToken } from '../older.ts';
import { spokenIn } from '../spoken-language.ts';
import { connectDevice, deviceIn, disconnectDevice } from './device-headers.ts';
import { signInContextOf, tokenOf } from './tokens.ts';
import {
  dateOf,
  done,
  emailOf,
  emailProof,
  fault,
  isGiven,
  payloadOf,
  prefix,
  refusing,
  shown,
  textIn,
  usernameIn,
} from './wire.ts';

/** A login that fails is answered alike, whatever was wrong. */
const noUser: [status: number, message: string] = [404, 'User does not exist.'];

/** Accounts and their tokens. What is called `username` here is the name that others see; many may have the same. */
export function authRoutes(app: ContractApp, context: RouteContext): void {
  const { services, passwordRuleFor, viewer } = context;
  const { accounts, sessions } = services;

  app.post(
    `${prefix}/auth/register`,
    { schema: { operationId: 'register', summary: 'Make an account' } },
    async (request, reply) => {
      const device = deviceIn(request);
      const fields = payloadOf(request.body);
      const username = usernameIn(fields);
      const account = await accounts
        .signUp(
          {
            username: null,
            displayName: username,
            email: textIn(fields, 'email'),
            password: textIn(fields, 'password'),
            emailProof,
            invite: null,
            idempotencyKey: null,
            ...spokenIn(request),
            passwordRule: passwordRuleFor(anyPassword),
          },
          request.ip,
        )
        .catch(refusing({ taken: [400, 'Sorry. That user already exists.'] }));
      const signIn = signInContextOf(request, context);
      const session = await sessions.openPlain(account.id, { by: 'sign-up' }, signIn);
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
      if (!isGiven(fields.email)) throw fault(...noUser);
      const login = textIn(fields, 'email');
      const signIn = signInContextOf(request, context);
      const session = await sessions.logInPlain({ login, password, ...signIn }).catch(
        refusing({
          unknown_account: noUser,
          wrong_password: noUser,
          second_factor_required: noUser,
        }),
      );
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
    `${prefix}/auth/logout`,
    { schema: { operationId: 'logOut', summary: 'End the token' } },
    async (request) => {
      const who = await viewer(request);
      await disconnectDevice(services, who, request);
      await endToken(services, who, request.ip);
      return done('Successfully logged out.');
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
        email: emailOf(me),
        active: true,
        created_at: dateOf(me.createdAt),
        email_validation_date: dateOf(me.emailVerifiedAt),
        cellphone_validation_date: dateOf(me.phoneVerifiedAt),
      });
    },
  );
}
