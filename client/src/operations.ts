import { type Operations, routes } from './generated.ts';
import type { Request } from './transport.ts';

/** Name of an operation: the `operationId` of the OpenAPI document. */
export type OperationId = keyof Operations;

/** What every call may be given besides what its operation takes. */
export type CallOptions = {
  /** Ends the call, and the waiting between its attempts. */
  signal?: AbortSignal | undefined;
  /**
   * For a POST that you may repeat yourself, after a restart for example: the server does it once. Without it each call
   * has a key of its own, which makes the client's own retries harmless.
   */
  idempotencyKey?: string;
};

/** What an operation takes: `path`, `query`, and `body` or `form`. */
export type Input<Id extends OperationId> = Omit<Operations[Id], 'answer'> & CallOptions;

/** What an operation answers. */
export type AnswerOf<Id extends OperationId> = Operations[Id]['answer'];

/** The input of an operation, which may be left out where nothing in it is required. */
export type InputArguments<Id extends OperationId> =
  Partial<Input<Id>> extends Input<Id> ? [input?: Input<Id>] : [input: Input<Id>];

/** Operations that answer a page of a list. */
export type PagedId = {
  [Id in OperationId]: AnswerOf<Id> extends { items: unknown[]; nextCursor: string | null }
    ? Id
    : never;
}[OperationId];

/** What stands in the list of a paged operation. */
export type ItemOf<Id extends PagedId> = AnswerOf<Id>['items'][number];

/** Any input, as the request is made from it. */
export type AnyInput = CallOptions & {
  path?: Record<string, string | number>;
  query?: Record<string, string | number | undefined>;
  body?: object;
  form?: Record<string, string | Blob | undefined>;
};

/** The request of a call, but for its token. Sent again it is the same, its Idempotency-Key included. */
export function requestOf(baseUrl: string, id: OperationId, input: AnyInput): Request {
  const [method, path] = routes[id];
  const headers: Record<string, string> = { accept: 'application/json, application/problem+json' };
  if (id === 'fetchImage') headers.accept = 'image/*, application/problem+json';
  if (method === 'POST') headers['idempotency-key'] = input.idempotencyKey ?? randomKey();
  if (input.body) headers['content-type'] = 'application/json';
  const body = input.form ? formOf(input.form) : input.body && JSON.stringify(input.body);
  return {
    method,
    url: baseUrl + filled(path, input.path ?? {}) + queryOf(input.query ?? {}),
    headers,
    ...(body === undefined ? {} : { body }),
    signal: input.signal,
  };
}

function filled(path: string, values: Record<string, string | number>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(values[name])),
  );
}

function queryOf(values: Record<string, string | number | undefined>): string {
  const pairs = Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function formOf(values: Record<string, string | Blob | undefined>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(values)) {
    // React Native's form has no `set`.
    if (value !== undefined) form.append(name, value);
  }
  return form;
}

/**
 * Browsers have `randomUUID` on secure pages only, and a server at home may not be one. React Native has no `crypto`; a
 * key must be unique, not secret.
 */
function randomKey(): string {
  const bytes = new Uint8Array(16);
  if (globalThis.crypto) crypto.getRandomValues(bytes);
  else bytes.forEach((_, at) => (bytes[at] = Math.floor(Math.random() * 256)));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
