import type { FastifyReply, FastifyRequest, FastifySchemaCompiler } from 'fastify';
import { isReservedUsername, isUsername } from '../domain/accounts/account.ts';
import { DomainError } from '../domain/errors.ts';
import type { ContractApp } from './contract.ts';

/** What the contracts of older servers have in common, where they read requests. */

export { isKeepable } from '../domain/text.ts';

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
 * Reads JSON as the older servers did: of its own content type alone, and an empty body is none.
 * @param ifBroken gives what stands in the place of a body that is no JSON, or refuses it
 */
export function parseOldJson(
  app: ContractApp,
  ifBroken: (cause: unknown) => unknown = refuseBroken,
): void {
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    async (_request: FastifyRequest, body: string) => {
      if (body === '') return undefined;
      try {
        return JSON.parse(body);
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

/** Whether a body is a JSON object. */
export function isObject(body: unknown): body is Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null && !Array.isArray(body);
}

/** The fields of a JSON object; none of anything else. */
export function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  return isObject(body) ? body : {};
}

/** A number of something, as digits too; null when it is none that a row could have. */
export function idOf(value: unknown): number | null {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || !/^[1-9]\d{0,9}$/.test(text)) return null;
  return Number(text) < 2 ** 31 ? Number(text) : null;
}

/** A free text, by which people are known to older clients; one that has the form of another name is that, too. */
export function namesOf(loginName: string) {
  const isPlainName = isUsername(loginName) && !isReservedUsername(loginName);
  const isAddress = /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(loginName);
  return {
    username: isPlainName ? loginName : null,
    loginName,
    email: isAddress ? loginName : null,
  };
}

/** 200 with nothing in it, which is how some of them say that all is well. */
export function nothing(reply: FastifyReply): FastifyReply {
  return reply.code(200).type('text/html; charset=utf-8').send('');
}
