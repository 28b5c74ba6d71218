import { minuteMs } from '../../domain/durations.ts';
import { DomainError } from '../../domain/errors.ts';
import type { ContractApp, RouteContext } from '../contract.ts';
import { deviceOf } from '../device.ts';
import { namesOf } from '../older.ts';
import { spokenIn } from '../spoken-language.ts';
import { credentialsOf, envelope, fault } from './wire.ts';

const lifeMs = 30 * minuteMs;
const lengths = { min: 3, max: 16 };
const passwordRule = { minLength: lengths.min, maxLength: lengths.max, refusesCommon: false };

export function userRoutes(app: ContractApp, { services, passwordRuleFor }: RouteContext): void {
  const { accounts, sessions, legacyTokens } = services;

  app.post(
    '/api/user/register',
    { schema: { operationId: 'register', summary: 'Make an account' } },
    async (request) => {
      const { username, password } = credentialsOf(request.body);
      if (!isWithin(username)) throw fault(400, 12);
      if (!isWithin(password)) throw fault(400, 13);
      await accounts
        .signUp(
          {
            ...namesOf(username),
            password,
            invite: null,
            displayName: username.trim() === '' ? null : username,
            idempotencyKey: null,
            ...spokenIn(request),
            passwordRule: passwordRuleFor(passwordRule),
          },
          request.ip,
        )
        .catch(passwordFault);
      return envelope(0, { username });
    },
  );

  app.post(
    '/api/user/login',
    { schema: { operationId: 'logIn', summary: 'Sign in' } },
    async (request) => {
      const { username, password } = credentialsOf(request.body);
      const session = await sessions.logInPlain({
        login: username,
        password,
        audience: 'mithril',
        device: deviceOf(request),
        lifeMs,
      });
      // Clients expect 32 hex digits there.
      const sub = session.accountId.toString(16).padStart(32, '0');
      return envelope(0, { token: await legacyTokens.issue(session, { sub }) });
    },
  );
}

function isWithin(text: string): boolean {
  return text.length >= lengths.min && text.length <= lengths.max;
}

/** Only where the configuration asks for stricter passwords than this contract promised. */
function passwordFault(error: unknown): never {
  const isPassword = error instanceof DomainError && error.fields[0]?.field === 'password';
  throw isPassword ? fault(400, 13) : error;
}
