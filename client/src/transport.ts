import type { Problem } from './generated.ts';
import { RookeryError } from './rookery-error.ts';
import { sleep } from './sleep.ts';

/** A request that may be sent more than once. */
export type Request = {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string | FormData;
  signal?: AbortSignal | undefined;
};

/** An answer that was read to its end. */
export type Answer = {
  status: number;
  /** The value of a JSON body, the bytes of any other, undefined for none. */
  body: unknown;
  retryAfterSeconds: number | undefined;
};

/** The part of `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

const maxAttempts = 3;
const firstDelayMs = 250;
/** A server that wants to be left alone for longer is reported instead of waited for. */
const maxRetryAfterSeconds = 10;

/**
 * Sends a request, again when the network failed or a 503 says when to come back.
 * @throws RookeryError `network` after the last attempt
 */
export async function send(fetch: Fetch, request: Request): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await attemptOf(fetch, request);
    const delayMs = attempt < maxAttempts ? retryDelayMs(outcome, attempt) : null;
    if (delayMs !== null) await sleep(delayMs, request.signal);
    else if (outcome instanceof RookeryError) throw outcome;
    else return outcome;
  }
}

async function attemptOf(fetch: Fetch, request: Request): Promise<Answer | RookeryError> {
  const { method, url, headers, body, signal } = request;
  const init: RequestInit = { method, headers };
  if (body !== undefined) init.body = body;
  if (signal) init.signal = signal;
  try {
    return await readAnswer(await fetch(url, init));
  } catch (cause) {
    if (signal?.aborted || cause instanceof RookeryError) throw cause;
    return new RookeryError(0, 'network', `No answer from ${originOf(url)}.`, { cause });
  }
}

/** React Native's `URL` cannot say it. */
function originOf(url: string): string {
  return url.split('/').slice(0, 3).join('/');
}

function retryDelayMs(outcome: Answer | RookeryError, attempt: number): number | null {
  if (outcome instanceof RookeryError) return firstDelayMs * 2 ** (attempt - 1);
  const { status, retryAfterSeconds } = outcome;
  const isWorthWaiting = status === 503 && (retryAfterSeconds ?? Infinity) <= maxRetryAfterSeconds;
  return isWorthWaiting ? (retryAfterSeconds ?? 0) * 1000 : null;
}

/** Reads an answer to its end. */
export async function readAnswer(response: Response): Promise<Answer> {
  const { status, headers } = response;
  const retryAfter = headers.get('retry-after');
  const retryAfterSeconds = /^\d+$/.test(retryAfter ?? '') ? Number(retryAfter) : undefined;
  return { status, body: await readBody(response), retryAfterSeconds };
}

async function readBody(response: Response): Promise<unknown> {
  const type = response.headers.get('content-type') ?? '';
  if (response.status === 204) return undefined;
  if (!/^application\/(problem\+)?json\b/.test(type)) return response.blob();
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RookeryError(response.status, 'unreadable', 'The answer is not JSON.', { cause });
  }
}

/**
 * The body of a success.
 * @throws RookeryError with what the problem says
 */
export function successOf({ status, body, retryAfterSeconds }: Answer): unknown {
  if (status >= 200 && status < 300) return body;
  if (!isProblem(body)) {
    throw new RookeryError(status, 'unreadable', `The server answered ${status}.`, {
      retryAfterSeconds,
    });
  }
  const { code, detail, fields = [], challenge, requestId } = body;
  const details = { fields, retryAfterSeconds, challenge, requestId };
  throw new RookeryError(status, code, detail, details);
}

/** Whether an answer is a problem. */
export function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'detail' in body;
}
