import type { FastifyReply, FastifyRequest, FastifySchemaCompiler } from 'fastify';
import { isNewUsername } from '../domain/accounts/account.ts';
import { DomainError } from '../domain/errors.ts';
import { idIn } from '../domain/id.ts';
import { isObject } from '../domain/json.ts';
import type { Viewer } from '../domain/viewer.ts';
import type { Contract, ContractApp, WireCode, WireError } from './contract.ts';
import { jsonTextOf, jsonTypes } from './json-text.ts';
import type { Services } from './services.ts';

/** What the contracts of older servers have in common. */

/** A status for each code, and the words that clients compare. */
export type WordedErrors = Record<WireCode, readonly [status: number, words?: string]>;

/** The errors of a contract whose clients look at the status and the words alone. */
export function wireErrors(worded: WordedErrors): Record<WireCode, WireError> {
  const errors = Object.entries(worded).map(([code, [status]]) => [code, { status, code }]);
  return Object.fromEntries(errors) as Record<WireCode, WireError>;
}

/** A token with a word before it, or without one. */
const tokenSchemes = {
  bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  bare: { type: 'apiKey', in: 'header', name: 'Authorization' },
};

/** What is said of a contract whose operations only name themselves. */
export function plainOpenApi(name: string, token: keyof typeof tokenSchemes): Contract['openapi'] {
  return {
    schemas: [],
    components: { securitySchemes: { token: tokenSchemes[token] } },
    tags: [{ name, description: 'All of it.' }],
  };
}

/** Its users chose what they liked. */
export const anyPassword = { minLength: 1, maxLength: 128, refusesCommon: false };

/** Their handlers look at bodies themselves, for each says in words of its own what is wrong. */
export const acceptAll: FastifySchemaCompiler<unknown> = () => () => true;

/** The token, with or without a word before it. */
export function anyToken({ headers: { authorization } }: FastifyRequest): string | null {
  if (authorization === undefined || authorization.trim() === '') return null;
  return authorization.trim().replace(/^Bearer +/i, '');
}

/** The token of a header that says `Bearer` before it, to the letter; null for one of another form. */
export function bearerToken(header: string): string | null {
  const [word, token, ...more] = header.trim().split(/\s+/);
  return word === 'Bearer' && token !== undefined && more.length === 0 ? token : null;
}

/**
 * Reads JSON as the older servers did: of JSON's content types alone, and an empty body is none.
 * @param ifBroken returns what replaces a body that is not JSON, or refuses it
 */
export function parseOldJson(
  app: ContractApp,
  ifBroken: (cause: unknown) => unknown = refuseBroken,
): void {
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser(
    jsonTypes,
    { parseAs: 'buffer' },
    async (_request: FastifyRequest, body: Buffer) => {
      if (body.length === 0) return undefined;
      try {
        return JSON.parse(jsonTextOf(body));
      } catch (cause) {
        return ifBroken(cause);
      }
    },
  );
  // Anything else counts as no body; it is read to its end so that the connection stays in order.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) => done(null));
}

function refuseBroken(cause: unknown): never {
  throw new DomainError('malformed', 'The body is not valid JSON.', { cause });
}

/** The fields of a JSON object; none of anything else. */
export function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  return isObject(body) ? body : {};
}

/** A number of something, as digits too; null when it is none that a row could have. */
export function idOf(value: unknown): number | null {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' ? idIn(text) : null;
}

/** A free text, by which people are known to older clients; one that has the form of another name is that, too. */
export function namesOf(loginName: string) {
  const isAddress = /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(loginName);
  return {
    username: isNewUsername(loginName) ? loginName : null,
    loginName,
    email: isAddress ? loginName : null,
  };
}

/** Ends the token that the viewer came with, and no other. @throws DomainError `revoked_token` */
export async function endToken(
  { sessions }: Pick<Services, 'sessions'>,
  who: Viewer,
  address: string,
): Promise<void> {
  await sessions.end(who, who.sessionId, address).catch((error: unknown) => {
    // Somebody was faster to end it.
    if (!(error instanceof DomainError) || error.code !== 'not_found') throw error;
    throw new DomainError('revoked_token', 'The session has ended.', { cause: error });
  });
}

/** 200 with nothing in it, which is how some of them say that all is well. */
export function nothing(reply: FastifyReply): FastifyReply {
  return reply.code(200).type('text/html; charset=utf-8').send('');
}
