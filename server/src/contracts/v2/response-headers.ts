const integer = { type: 'integer', minimum: 0 };
const text = { type: 'string' };

/** Every response header that the OpenAPI document names; operations refer to them. */
export const sharedHeaders = {
  Link: {
    description: 'Address of the next page, `rel="next"`; absent on the last.',
    schema: text,
  },
  Location: { description: 'Address of what was made.', schema: { type: 'string', format: 'uri' } },
  ETag: { description: 'For `If-None-Match`.', schema: text },
  'Cache-Control': { description: 'A year once the picture is public.', schema: text },
  'Accept-Ranges': { description: 'Always `bytes`.', schema: { type: 'string', enum: ['bytes'] } },
  'Content-Range': { description: 'Which bytes these are, and of how many.', schema: text },
  'WWW-Authenticate': { description: '`Bearer` and the code of the error.', schema: text },
  'Retry-After': { description: 'Seconds after which a repeat may succeed.', schema: integer },
  'RateLimit-Limit': { description: 'Requests that may be sent in the window.', schema: integer },
  'RateLimit-Remaining': { description: 'Requests left in the window.', schema: integer },
  'RateLimit-Reset': { description: 'Seconds until the window ends.', schema: integer },
  'X-Request-Id': {
    description:
      'Of this request, for reports to the operator: yours (`[A-Za-z0-9_-]`, up to 64), or the trace id of `traceparent`, or a new one.',
    schema: text,
  },
};

export type ResponseHeader = keyof typeof sharedHeaders;

/** On every answer while requests are counted. */
export const rateLimitHeaders = [
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
] as const satisfies readonly ResponseHeader[];

export function headerRefs(names: readonly ResponseHeader[]): Record<string, { $ref: string }> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
