import type { FastifyReply, FastifyRequest } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { invalid } from '../../domain/errors.ts';
import type { WireCode } from '../contract.ts';
import { problemOf, v2Errors } from './problems.ts';
import { ProblemSchema, ref } from './wire.ts';

type Operation = {
  id: string;
  summary: string;
  tag: 'accounts' | 'sessions' | 'media' | 'posts' | 'feeds';
  description?: string;
  /** What it may be refused with, besides what every operation may. */
  errors: readonly WireCode[];
  /** Whether a token is needed, is used when there, or plays no part. */
  signedIn?: 'required' | 'optional';
  /** Whether an Idempotency-Key is heeded. */
  repeatable?: boolean;
  consumes?: string[];
  response: Record<number, TSchema>;
};

const tokenErrors: WireCode[] = ['no_token', 'bad_token', 'expired_token', 'revoked_token'];

const commonErrors: WireCode[] = ['malformed', 'rate_limited', 'unavailable'];

/** What a request carries; the handler sees it with these types. */
type Inputs = { params?: TSchema; querystring?: TSchema; body?: TSchema };

/** The schema of a route: what Fastify checks and what the OpenAPI document shows, in one. */
export function operation<const I extends Inputs>(declared: Operation & I) {
  const { id, signedIn, repeatable, errors, response, tag, params, querystring, body, ...rest } =
    declared;
  const codes = [...errors, ...(signedIn ? tokenErrors : []), ...commonErrors];
  const inputs = { params, querystring, body } as Pick<I, keyof I & keyof Inputs>;
  return {
    ...rest,
    ...definedOf(inputs),
    operationId: id,
    tags: [tag],
    security: signedIn ? [{ token: [] }, ...(signedIn === 'optional' ? [{}] : [])] : [],
    ...(repeatable ? { headers: IdempotencyHeader as unknown } : {}),
    response: { ...response, ...errorResponses(codes) } as Record<string, unknown>,
  };
}

function definedOf<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, v]) => v !== undefined)) as T;
}

const IdempotencyHeader = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 64,
      pattern: '^[\\x21-\\x7e]+$',
      description:
        'Makes a repeat of the request harmless for 24 hours: it answers as the first did.',
    }),
  ),
});

/** The key that a client sent, checked by the schema of the operation. */
export function idempotencyKey(request: FastifyRequest): string | null {
  const key = request.headers['idempotency-key'];
  return typeof key === 'string' ? key : null;
}

/** Adds the `Link` header of a page that has a successor. */
export function linkNext(
  request: FastifyRequest,
  reply: FastifyReply,
  publicUrl: string,
  nextCursor: string | null,
): void {
  if (nextCursor === null) return;
  const url = new URL(request.url, publicUrl);
  url.searchParams.set('cursor', nextCursor);
  reply.header('link', `<${publicUrl}${url.pathname}${url.search}>; rel="next"`);
}

/** Refuses a change that changes nothing, which is a mistake more often than not. */
export function checkNotEmpty(change: object): void {
  if (Object.keys(change).length === 0)
    throw invalid('body', 'must name at least one field to change');
}

function errorResponses(codes: readonly WireCode[]): Record<string, object> {
  const byStatus = new Map<number, WireCode[]>();
  for (const code of new Set(codes)) {
    const { status } = v2Errors[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, of]) => [String(status), errorResponse(of)]),
  );
}

function errorResponse(codes: readonly WireCode[]): object {
  const names = codes.map((code) => v2Errors[code].code);
  return {
    description: [...new Set(names)].join(', '),
    content: {
      'application/problem+json': {
        schema: ref(ProblemSchema),
        examples: Object.fromEntries(
          codes.map((code) => [
            v2Errors[code].code,
            { value: problemOf({ message: 'What went wrong.', fields: [] }, v2Errors[code]) },
          ]),
        ),
      },
    },
  };
}
