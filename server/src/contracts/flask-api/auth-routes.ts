import { DomainError } from '../../domain/errors.ts';
import { isObject } from '../../domain/json.ts';
import { isKeepable } from '../../domain/text.ts';
import type { ContractApp, RouteContext, WireFault } from '../contract.ts';
import { endToken } from '../older.ts';
import { refreshHolderOf, signInContextOf, tokenOf } from './tokens.ts';
import { afterLogin, type LinkedService, linkedServices } from './user-document.ts';
import {
  answer,
  defaultUserType,
  fault,
  isFilled,
  takes,
  withToken,
  wrongCredentials,
  yes,
} from './wire.ts';

type Credentials = { username: string; password: string; loginBy: LinkedService | null };

export function authRoutes(app: ContractApp, { services, viewer }: RouteContext): void {
  const { sessions, userDocuments } = services;

  app.post(
    '/api/auth/login',
    { schema: { operationId: 'logIn', summary: 'Sign in', ...takes(loginBody) } },
    async (request) => {
      const { username: login, password, loginBy } = credentialsOf(request.body);
      const access = await sessions
        .logInPlain({ login, password, ...signInContextOf(request, 'access') })
        .catch((error: unknown) => refuseLogin(error, login));
      const { id: sessionId, accountId } = access;
      const proof = { by: 'session', sessionId } as const;
      const refresh = await sessions.openPlain(
        accountId,
        proof,
        signInContextOf(request, 'refresh'),
      );
      const username = await userDocuments.noteLogin(accountId, loginBy && afterLogin(loginBy));
      const identity = { username, default_user_type: defaultUserType };
      return answer('Login Success.', {
        results: {
          ...(await tokenOf(services, access, { identity, type: 'access' })),
          ...(await tokenOf(services, refresh, { identity, type: 'refresh' })),
          username,
        },
      });
    },
  );

  app.get(
    '/api/auth/login',
    { schema: { operationId: 'readLogin', summary: 'Whether a token is good', ...withToken } },
    async (request) => {
      await viewer(request);
      return yes();
    },
  );

  app.get(
    '/api/auth/logout',
    { schema: { operationId: 'logOut', summary: 'End the access token', ...withToken } },
    async (request) => {
      const who = await viewer(request);
      await endToken(services, who, request.ip);
      await userDocuments.noteLogout(who.accountId);
      return answer('Logout Success.');
    },
  );

  for (const [path, operationId] of [
    ['/api/refresh', 'refresh'],
    ['/api/auth/refresh', 'refreshAuth'],
  ] as const) {
    app.get(
      path,
      { schema: { operationId, summary: 'A new access token', ...withToken } },
      async (request) => {
        const { accountId, sessionId, claims } = await refreshHolderOf(services, request);
        const proof = { by: 'session', sessionId } as const;
        const access = await sessions.openPlain(
          accountId,
          proof,
          signInContextOf(request, 'access'),
        );
        const { identity = '' } = claims;
        return answer('New access_token has been generated', {
          results: await tokenOf(services, access, { identity, type: 'access' }),
        });
      },
    );
  }
}

const loginBody = {
  username: { type: 'string', description: 'The e-mail' },
  password: { type: 'string' },
  login_by: { enum: [...linkedServices], description: 'Through which service; may be left out' },
};

function credentialsOf(body: unknown): Credentials {
  if (!isObject(body)) throw refusal(404, 'No Json Input Found.');
  const { username, password, login_by: by = null } = body;
  if (!isFilled(username)) throw refusal(400, 'Username should not be EMPTY.');
  if (!isFilled(password)) throw refusal(400, 'Password should not be EMPTY.', username);
  // Nobody could have such a name.
  if (!isKeepable(username)) throw refusal(401, wrongCredentials, username);
  const loginBy = linkedServices.find((service) => service === by) ?? null;
  if (loginBy === by) return { username, password, loginBy };
  throw refusal(400, `login_by must be one of ${linkedServices.join(', ')}.`, username);
}

function refuseLogin(error: unknown, username: string): never {
  const isWrong = error instanceof DomainError && wrongLogin.has(error.code);
  throw isWrong ? refusal(401, wrongCredentials, username) : error;
}

/** One text for all: it does not tell which names there are. A second factor has no place here. */
const wrongLogin: ReadonlySet<string> = new Set([
  'unknown_account',
  'wrong_password',
  'second_factor_required',
]);

/** Its clients read all keys of a result, also where there is none. */
function refusal(status: number, message: string, username: string | null = null): WireFault {
  const none = {
    access_token: null,
    access_token_expired: null,
    refresh_token: null,
    refresh_token_expired: null,
  };
  return fault(status, message, { results: { ...none, username } });
}
