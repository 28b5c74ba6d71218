import type { FastifyReply, FastifyRequest } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { invalid } from '../../domain/errors.ts';
import type { WireCode } from '../contract.ts';
import { type Shown, shownKey } from '../document.ts';
import { errorResponses } from './problem-responses.ts';
import { headerRefs, type ResponseHeader, rateLimitHeaders } from './response-headers.ts';
import type { Tag } from './tags.ts';

type Operation = {
  id: string;
  summary: string;
  tag: Tag;
  description?: string;
  /** What it may be refused with, besides what every operation may. */
  errors: readonly WireCode[];
  /** Whether a token is needed, is used when there, or plays no part. */
  signedIn?: 'required' | 'optional';
  /** Whether the signature of a link stands for a token. */
  isLinkable?: boolean;
  /** Whether an Idempotency-Key is heeded. */
  repeatable?: boolean;
  /** Whether a stream goes on after the event that `Last-Event-ID` names. */
  resumable?: boolean;
  /** The multipart form that it takes. The handler reads and checks it, part by part. */
  form?: TSchema;
  /** Bodies of success, as JSON. */
  response: Record<number, TSchema>;
  /** Headers of success. */
  sends?: readonly ResponseHeader[];
  /** Further answers that are no JSON, in the words of OpenAPI. */
  otherResponses?: Record<number, object>;
};

const tokenErrors: WireCode[] = ['no_token', 'bad_token', 'expired_token', 'revoked_token'];

const commonErrors: WireCode[] = ['malformed', 'rate_limited', 'unavailable'];

/** What a request carries; the handler sees it with these types. */
type Inputs = { params?: TSchema; querystring?: TSchema; body?: TSchema };

/** The schema of a route: what Fastify checks and what the OpenAPI document shows, in one. */
export function operation<const I extends Inputs>(declared: Operation & I) {
  const { id, summary, description, tag, repeatable, response } = declared;
  const { params, querystring, body } = declared;
  const inputs = { params, querystring, body } as Pick<I, keyof I & keyof Inputs>;
  return {
    operationId: id,
    summary,
    ...(description === undefined ? {} : { description }),
    tags: [tag],
    security: securityOf(declared),
    ...definedOf(inputs),
    ...(repeatable ? { headers: IdempotencyHeader as unknown } : {}),
    ...(declared.resumable ? { headers: LastEventHeader as unknown } : {}),
    response: response as Record<string, unknown>,
    [shownKey]: shown(declared),
  };
}

function securityOf({ signedIn, isLinkable }: Operation): Array<Record<string, string[]>> {
  if (!signedIn) return [];
  return [
    { token: [] },
    ...(isLinkable ? [{ signature: [] }] : []),
    ...(signedIn === 'optional' ? [{}] : []),
  ];
}

function shown(declared: Operation & Inputs): Shown {
  const { errors, signedIn, repeatable, params, querystring, body, form } = declared;
  const hasChecks = Boolean(params ?? querystring ?? body ?? repeatable);
  const codes = [
    ...errors,
    ...(body || form ? (['timeout', 'encoded'] as const) : []),
    ...(hasChecks ? (['invalid'] as const) : []),
    ...(signedIn ? tokenErrors : []),
    ...commonErrors,
  ];
  return {
    ...(form ? { requestBody: formBody(form) } : {}),
    responses: { ...successes(declared), ...errorResponses(codes) },
  };
}

function formBody({ examples, ...schema }: TSchema & { examples?: unknown[] }): object {
  const example = examples?.[0];
  return { required: true, content: { 'multipart/form-data': { schema, example } } };
}

function successes({ response, sends = [], otherResponses = {} }: Operation): Shown['responses'] {
  const others = Object.entries(otherResponses);
  const parts = [...Object.keys(response).map((status) => [status, {}] as const), ...others];
  const headers = headerRefs([...rateLimitHeaders, ...sends]);
  return Object.fromEntries(parts.map(([status, part]) => [status, { headers, ...part }]));
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

const LastEventHeader = Type.Object({
  'last-event-id': Type.Optional(
    Type.String({
      maxLength: 64,
      description: '`id` of the last event that came: what followed it comes first.',
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
  const [path, query] = pathAndQuery(request.url);
  const search = new URLSearchParams(query);
  search.set('cursor', nextCursor);
  reply.header('link', `<${publicUrl}${path}?${search.toString()}>; rel="next"`);
}

/** Of what stands in the request's first line, which may name a whole address with a host of the client's choice. */
function pathAndQuery(url: string): [path: string, query: string] {
  if (!url.startsWith('/')) {
    const { pathname, search } = new URL(url);
    return [pathname, search];
  }
  const mark = url.indexOf('?');
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
}

/** Refuses a change that changes nothing, which is a mistake more often than not. */
export function checkNotEmpty(change: object): void {
  if (Object.keys(change).length === 0)
    throw invalid('body', 'must name at least one field to change');
}
