import { foldName, isReservedUsername } from '../../domain/accounts/account.ts';
import { DomainError } from '../../domain/errors.ts';
import { isObject } from '../../domain/json.ts';
import { isKeepable, lengthOf } from '../../domain/text.ts';
import type { ContractApp, RouteContext } from '../contract.ts';
import { anyPassword, namesOf } from '../older.ts';
import { spokenIn } from '../spoken-language.ts';
import { answer, fault, isFilled, takes } from './wire.ts';

const maxLength = 50;

type Registration = { name: string; username: string; password: string };

export function registrationRoutes(
  app: ContractApp,
  { services: { accounts, userDocuments }, passwordRuleFor }: RouteContext,
): void {
  app.post(
    '/api/user',
    { schema: { operationId: 'register', summary: 'Make an account', ...takes(body) } },
    async (request) => {
      const { name, username, password } = registrationIn(request.body);
      const { id } = await accounts
        .signUp(
          {
            ...namesOf(username),
            emailProof: { hasNoCode: true },
            password,
            displayName: name,
            idempotencyKey: null,
            ...spokenIn(request),
            invite: null,
            passwordRule: passwordRuleFor(anyPassword),
          },
          request.ip,
        )
        .catch((error: unknown) => refuse(error, { name, username }));
      await userDocuments.begin(id);
      return answer('Registration is success. Now, you can login into our system.', {
        results: { name, username },
      });
    },
  );
}

const text = { type: 'string' };
const body = { name: text, username: text, password: text, password_confirm: text };

function registrationIn(given: unknown): Registration {
  if (!isObject(given)) throw fault(400, 'Input unrecognizable.');
  const { name, username, password, password_confirm: confirmation } = given;
  const results = { name: textOrNull(name), username: textOrNull(username) };
  const refused = (message: string) => fault(400, message, { results });
  if (!isVisible(name)) throw refused('Name should not be EMPTY.');
  if (!isVisible(username)) throw refused('Username should not be EMPTY.');
  if (!isFilled(password)) throw refused('Password should not be EMPTY.');
  if (!isFilled(confirmation)) throw refused('Password Confirmation is EMPTY.');
  if (password.normalize() !== confirmation.normalize())
    throw refused('Password Confirmation missmatch with Password.');
  for (const [field, value] of Object.entries({ Name: name, Username: username })) {
    if (lengthOf(value) > maxLength) {
      throw refused(`${field} should have at most ${maxLength} characters.`);
    }
  }
  for (const [field, value] of Object.entries({
    Name: name,
    Username: username,
    Password: password,
  })) {
    if (!isKeepable(value)) throw refused(`${field} has characters that cannot be kept.`);
  }
  // In paths that contain a username, these words mean something else.
  if (isReservedUsername(username)) throw refused(taken(username));
  return { name, username, password };
}

function refuse(error: unknown, results: { name: string; username: string }): never {
  if (!(error instanceof DomainError)) throw error;
  if (error.code === 'taken') throw fault(400, taken(results.username), { results });
  if (error.code === 'invalid') throw fault(400, problemOf(error), { results });
  throw error.code === 'forbidden' ? fault(403, error.message, { results }) : error;
}

/** The fields are called otherwise here. */
function problemOf({ fields: [problem], message }: DomainError): string {
  if (problem?.field === 'loginName') return `Username ${problem.message}.`;
  return problem?.field === 'displayName' ? `Name ${problem.message}.` : message;
}

function taken(username: string): string {
  return `Username \`${username}\` have been used.`;
}

/** Whether a field is a text of which something can be seen. */
function isVisible(value: unknown): value is string {
  return typeof value === 'string' && foldName(value) !== '';
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
