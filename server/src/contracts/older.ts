import type { FastifyReply, FastifyRequest, FastifySchemaCompiler } from 'fastify';
import { DomainError } from '../domain/errors.ts';
import type { ContractApp } from './contract.ts';

/** What the contracts of older servers have in common, where they read requests. */

/** Their handlers look at bodies themselves, for each says in words of its own what is wrong. */
export const acceptAll: FastifySchemaCompiler<unknown> = () => () => true;

/** The token, with or without a word before it. */
export function anyToken({ headers: { authorization } }: FastifyRequest): string | null {
  if (authorization === undefined || authorization.trim() === '') return null;
  return authorization.trim().replace(/^Bearer +/i, '');
}

/** Reads JSON as the older servers did: of its own content type alone, and an empty body is none. */
export function parseOldJson(app: ContractApp): void {
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : JSON.parse(String(body)));
    } catch (cause) {
      done(new DomainError('malformed', 'The body is not valid JSON.', { cause }));
    }
  });
  // Anything else counts as no body; it is read to its end so that the connection stays in order.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) => done(null));
}

/** The fields of a JSON object; none of anything else. */
export function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  return isObject ? (body as Record<string, unknown>) : {};
}

/** A number of something, as digits too; null when it is none that a row could have. */
export function idOf(value: unknown): number | null {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || !/^[1-9]\d{0,9}$/.test(text)) return null;
  return Number(text) < 2 ** 31 ? Number(text) : null;
}

/** Whether every engine can keep a text: no NUL, no half of a surrogate pair. */
export function isKeepable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** 200 with nothing in it, which is how some of them say that all is well. */
export function nothing(reply: FastifyReply): FastifyReply {
  return reply.code(200).type('text/html; charset=utf-8').send('');
}
