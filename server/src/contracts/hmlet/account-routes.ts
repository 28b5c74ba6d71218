import { DomainError } from '../../domain/errors.ts';
import { isKeepable, lengthOf } from '../../domain/text.ts';
import type { ContractApp, RouteContext } from '../contract.ts';
import { endToken, fieldsOf, namesOf } from '../older.ts';
import { spokenIn } from '../spoken-language.ts';
import { oncePerRequest, tokenFirst } from '../token-first.ts';
import { typedToken } from '../typed-tokens.ts';
import { headerOf, holderOf, signInContextOf } from './tokens.ts';
import { fault, lengthProblemOf } from './wire.ts';

const maxLength = 32;
const passwordRule = { minLength: 1, maxLength, refusesCommon: false };

const words = {
  register: {
    missing: 'username, password and name are mandatory fields to create user.',
    invalid: 'invalid paramerts for user registration.',
  },
  login: {
    missing: 'username and password are mandatory fields to create user.',
    invalid: 'invalid paramerts for user login.',
  },
};

export function accountRoutes(app: ContractApp, { services, passwordRuleFor }: RouteContext): void {
  const { accounts, sessions } = services;
  const holders = {
    access: oncePerRequest((request) => holderOf(services, headerOf(request), 'access')),
    refresh: oncePerRequest((request) => holderOf(services, headerOf(request), 'refresh')),
  };

  app.post(
    '/register',
    { schema: { operationId: 'register', summary: 'Make an account' } },
    async (request, reply) => {
      const { username, password, name } = textsOf(
        request.body,
        ['username', 'password', 'name'],
        words.register,
      );
      if ([username, password, name].some((text) => lengthOf(text) > maxLength)) {
        throw fault('input paramerts too long.');
      }
      const account = await accounts
        .signUp(
          {
            ...namesOf(username),
            emailProof: { hasNoCode: true },
            password,
            displayName: name,
            idempotencyKey: null,
            ...spokenIn(request),
            invite: null,
            passwordRule: passwordRuleFor(passwordRule),
          },
          request.ip,
        )
        .catch((error: unknown) => refuseSignUp(error, username));
      const proof = { by: 'sign-up' } as const;
      const access = await sessions.openPlain(
        account.id,
        proof,
        signInContextOf(request, 'access'),
      );
      const refresh = await sessions.openPlain(
        account.id,
        proof,
        signInContextOf(request, 'refresh'),
      );
      reply.code(201);
      return {
        message: `User ${username} created`,
        access_token: await typedToken(services, access, { identity: username, type: 'access' }),
        refresh_token: await typedToken(services, refresh, { identity: username, type: 'refresh' }),
      };
    },
  );

  app.post('/login', { schema: { operationId: 'logIn', summary: 'Sign in' } }, async (request) => {
    const { username, password } = textsOf(request.body, ['username', 'password'], words.login);
    const access = await sessions
      .logInPlain({ login: username, password, ...signInContextOf(request, 'access') })
      .catch((error: unknown) => refuseLogin(error, username));
    const proof = { by: 'session', sessionId: access.id } as const;
    const refresh = await sessions.openPlain(
      access.accountId,
      proof,
      signInContextOf(request, 'refresh'),
    );
    return {
      message: `Logged in as ${username}`,
      access_token: await typedToken(services, access, { identity: username, type: 'access' }),
      refresh_token: await typedToken(services, refresh, { identity: username, type: 'refresh' }),
    };
  });

  app.post(
    '/refresh',
    {
      schema: { operationId: 'refresh', summary: 'A new access token' },
      ...tokenFirst(holders.refresh),
    },
    async (request) => {
      const { accountId, sessionId, claims } = await holders.refresh(request);
      const proof = { by: 'session', sessionId } as const;
      const access = await sessions.openPlain(accountId, proof, signInContextOf(request, 'access'));
      const { identity = '' } = claims;
      return { access_token: await typedToken(services, access, { identity, type: 'access' }) };
    },
  );

  for (const type of ['access', 'refresh'] as const) {
    app.delete(
      `/logout/${type}`,
      {
        schema: { operationId: `logOut-${type}`, summary: `End the ${type} token` },
        ...tokenFirst(holders[type]),
      },
      async (request) => {
        await endToken(services, await holders[type](request), request.ip);
        return { message: `Successfully logged out with ${type} Token` };
      },
    );
  }
}

/** The texts of a body. @throws WireFault in the words of the route */
function textsOf<const K extends string>(
  body: unknown,
  names: readonly K[],
  { missing, invalid }: { missing: string; invalid: string },
): Record<K, string> {
  const fields = fieldsOf(body);
  if (names.some((name) => !Object.hasOwn(fields, name))) throw fault(missing);
  const problem = names.map((name) => lengthProblemOf(fields[name])).find((text) => text !== null);
  if (problem) throw fault(problem);
  const texts = names.map((name) => {
    const value = fields[name];
    if (typeof value !== 'string' || value === '' || !isKeepable(value)) throw fault(invalid);
    return [name, value];
  });
  return Object.fromEntries(texts) as Record<K, string>;
}

function refuseSignUp(error: unknown, username: string): never {
  if (codeOf(error) === 'taken') throw fault(`User ${username} already exists`);
  // A password is refused only where the configuration asks for stricter ones; then it is said why.
  const isOurs = error instanceof DomainError && error.fields[0]?.field !== 'password';
  throw isOurs && error.code === 'invalid' ? fault(words.register.invalid) : error;
}

function refuseLogin(error: unknown, username: string): never {
  throw codeOf(error) === 'unknown_account' ? fault(`User ${username} doesn't exist`) : error;
}

function codeOf(error: unknown): string | null {
  return error instanceof DomainError ? error.code : null;
}
