import { STATUS_CODES } from 'node:http';
import type { WireCode, WireError } from '../contract.ts';
import { sharedKey } from '../document.ts';
import type { ProblemSample, ProblemSamples } from './problem-samples.ts';
import { sampleRequestId } from './problem-wire.ts';
import { problemOf, v2Errors } from './problems.ts';
import { headerRefs, type ResponseHeader, rateLimitHeaders } from './response-headers.ts';

const samples: Record<WireCode, ProblemSample> = {
  no_token: { message: 'An access token is required.' },
  bad_token: { message: 'The access token is not valid.' },
  expired_token: { message: 'The access token has expired; refresh it.' },
  revoked_token: { message: 'The session has ended; sign in again.' },
  unknown_account: { message: 'The login or password is incorrect.' },
  wrong_password: { message: 'The login or password is incorrect.' },
  second_factor_required: { message: 'The password is right; the second factor is missing.' },
  forbidden: { message: 'This post belongs to somebody else.' },
  not_found: { message: 'There is no such post.' },
  gone: { message: 'The picture that this upload made was deleted.' },
  expired: { message: 'The link has expired; ask for another.' },
  taken: {
    message: 'The username is taken.',
    fields: [{ field: 'username', message: 'is taken' }],
  },
  conflict: { message: 'The Idempotency-Key was used for another request.' },
  invalid: {
    message: 'text must NOT have more than 5000 characters.',
    fields: [{ field: 'text', message: 'must NOT have more than 5000 characters' }],
  },
  malformed: { message: 'The body is not valid JSON.' },
  too_large: { message: 'The request is larger than this server takes.' },
  encoded: { message: 'Send the body without a Content-Encoding.' },
  unsupported: { message: 'This type of content is not known here.' },
  rate_limited: { message: 'Too many requests. Slow down.' },
  unavailable: { message: 'The server cannot do this right now. Try again in a moment.' },
  timeout: { message: 'The body came too slowly. Send it again.' },
  method_not_allowed: { message: 'This address answers GET.' },
  range_not_satisfiable: { message: 'The picture has 14200 bytes; ask for a range within them.' },
  internal: { message: 'Something went wrong on the server. It was noted.' },
};

/** By code: a problem, and the response that tells nothing but it. Operations refer to them. */
export function problemComponents(): Record<'examples' | 'responses', Record<string, object>> {
  const examples: Record<string, object> = {};
  const responses: Record<string, object> = {};
  for (const [code, wire] of Object.entries(v2Errors)) {
    examples[wire.code] = exampleOf(samples[code as WireCode], wire);
    responses[wire.code] = responseOf(wire.status, [wire.code]);
  }
  return { examples, responses };
}

/** What an operation may be refused with, by status. @param own problems in words of its own */
export function errorResponses(
  codes: readonly WireCode[],
  own: ProblemSamples,
): Record<string, object> {
  const byStatus = new Map<number, Set<string>>();
  for (const { status, code } of codes.map((code) => v2Errors[code])) {
    byStatus.set(status, (byStatus.get(status) ?? new Set()).add(code));
  }
  const responses = [...byStatus].map(([status, of]) => {
    const [code, ...others] = of;
    if (code === undefined || others.length > 0) return [status, responseOf(status, [...of], own)];
    const sample = own[code];
    if (!sample) return [status, refTo('responses', code)];
    return [status, { [sharedKey]: nameOf(code, sample), ...responseOf(status, [code], own) }];
  });
  return Object.fromEntries(responses);
}

/** `not_found.There-is-no-such-post`. */
function nameOf(code: string, { message }: ProblemSample): string {
  return `${code}.${message.replace(/\W+/g, '-').slice(0, 60).replace(/-$/, '')}`;
}

function exampleOf({ message, fields = [] }: ProblemSample, wire: WireError): object {
  return { value: problemOf({ message, fields }, wire, sampleRequestId) };
}

function responseOf(status: number, codes: readonly string[], own: ProblemSamples = {}): object {
  const names = codes.map((code) => `\`${code}\``);
  const headers = headerRefs([...(headersByStatus[status] ?? []), 'X-Request-Id']);
  return {
    description: `${STATUS_CODES[status]}: ${names.join(', ')}.`,
    headers,
    content: {
      'application/problem+json': {
        schema: refTo('schemas', 'Problem'),
        examples: Object.fromEntries(
          codes.map((code) => {
            const sample = own[code];
            return [code, sample ? exampleOf(sample, { status, code }) : refTo('examples', code)];
          }),
        ),
      },
    },
  };
}

const headersByStatus: Partial<Record<number, readonly ResponseHeader[]>> = {
  401: ['WWW-Authenticate'],
  416: ['Content-Range'],
  429: ['Retry-After', ...rateLimitHeaders],
  503: ['Retry-After'],
};

function refTo(kind: string, name: string | undefined): { $ref: string } {
  return { $ref: `#/components/${kind}/${name}` };
}
