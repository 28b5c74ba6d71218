import type { Answer } from './server.ts';

/** What clients of an older server look at in an answer: how it went, what it is, and which keys have values of which type. */
export function seenIn({ status, headers, body }: Answer): [number, unknown, unknown] {
  return [status, headers['content-type'], typesIn(body)];
}

/** A sample answer of JSON, as `seenIn` sees it. */
export function sampleOf(status: number, body: unknown): [number, string, unknown] {
  return [status, 'application/json', typesIn(body)];
}

/** The same with the names of types instead of values; a list is told by its first item. */
function typesIn(value: unknown): unknown {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.slice(0, 1).map(typesIn);
  if (typeof value !== 'object') return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, typesIn(item)]));
}

/** Header and claims of a JWT. */
export function tokenParts(token: string): [head: object, claims: Record<string, unknown>] {
  const [head = '', claims = ''] = token.split('.');
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  return [read(head), read(claims)];
}
