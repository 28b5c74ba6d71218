import type { FastifySchema } from 'fastify';
import { type TSchema, Type } from 'typebox';
import type { WireCode } from '../contract.ts';
import { type Shown, shownKey } from '../document.ts';
import type { Declaration } from './declaration.ts';
import { PageQuery, ref } from './fields.ts';
import { errorResponses } from './problem-responses.ts';
import { problemSamplesOf } from './problem-samples.ts';
import { headerRefs, type ResponseHeader, rateLimitHeaders } from './response-headers.ts';

const tokenErrors: WireCode[] = ['no_token', 'bad_token', 'expired_token', 'revoked_token'];
const bodyErrors: WireCode[] = ['timeout', 'unsupported', 'too_large', 'encoded'];
const commonErrors: WireCode[] = ['malformed', 'rate_limited', 'unavailable'];

/** The schema of a route: what Fastify validates and what the OpenAPI document shows, in one. */
export function operation(declared: Declaration): FastifySchema {
  const { id, summary, description, tag, params, body } = declared;
  const headers = headersOf(declared);
  const querystring = queryOf(declared);
  return {
    operationId: id,
    summary,
    ...(description === undefined ? {} : { description }),
    tags: [tag],
    security: securityOf(declared),
    ...(params ? { params } : {}),
    ...(querystring ? { querystring } : {}),
    ...(body ? { body } : {}),
    ...(headers ? { headers } : {}),
    response: responsesOf(declared),
    [shownKey]: shown(declared),
  } as FastifySchema;
}

function queryOf({ query, page }: Declaration): TSchema | undefined {
  if (!page) return query;
  if (!query) return PageQuery;
  const properties = { ...query.properties, ...PageQuery.properties };
  return Type.Object(properties, { additionalProperties: false });
}

function headersOf({ repeatable, resumable }: Declaration): TSchema | undefined {
  if (repeatable) return IdempotencyHeader;
  return resumable ? LastEventHeader : undefined;
}

function responsesOf({ response }: Declaration): Record<string, TSchema> {
  const named = Object.entries(response).map(([status, schema]) => [
    status,
    isNamed(schema) ? ref(schema) : schema,
  ]);
  return Object.fromEntries(named);
}

function isNamed(schema: TSchema): schema is TSchema & { $id: string } {
  return '$id' in schema;
}

function securityOf({ signedIn, link }: Declaration): Array<Record<string, string[]>> {
  if (signedIn === 'none') return [];
  return [
    { token: [] },
    ...(link ? [{ signature: [] }] : []),
    ...(signedIn === 'required' ? [] : [{}]),
  ];
}

function shown(declared: Declaration): Shown {
  const { form } = declared;
  return {
    ...(form ? { requestBody: formBody(form) } : {}),
    responses: {
      ...successes(declared),
      ...errorResponses(errorsOf(declared), problemSamplesOf(declared)),
    },
  };
}

/** What it may be refused with: what it says, and what follows from the rest of the declaration. */
function errorsOf(declared: Declaration): WireCode[] {
  const {
    errors = [],
    signedIn,
    authority,
    params,
    query,
    page,
    body,
    form,
    repeatable,
  } = declared;
  const isValidated = params ?? query ?? page ?? body ?? form ?? repeatable;
  return [
    ...errors,
    ...(authority ? (['forbidden'] as const) : []),
    ...(body || form ? bodyErrors : []),
    ...(isValidated ? (['invalid'] as const) : []),
    ...(signedIn === 'none' ? [] : tokenErrors),
    ...commonErrors,
  ];
}

function formBody({ examples, ...schema }: TSchema & { examples?: unknown[] }): object {
  const example = examples?.[0];
  return { required: true, content: { 'multipart/form-data': { schema, example } } };
}

function successes(declared: Declaration): Shown['responses'] {
  const { response, page, location, sends = [], otherResponses = {} } = declared;
  const others = Object.entries(otherResponses);
  const parts = [...Object.keys(response).map((status) => [status, {}] as const), ...others];
  const own: ResponseHeader[] = [
    ...(page ? (['Link'] as const) : []),
    ...(location ? (['Location'] as const) : []),
    ...sends,
  ];
  const headers = headerRefs([...rateLimitHeaders, ...own, 'X-Request-Id']);
  return Object.fromEntries(parts.map(([status, part]) => [status, { headers, ...part }]));
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
