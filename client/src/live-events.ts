import { isTokenRefused } from './calls.ts';
import type { Notification, Tokens, UnreadCount } from './generated.ts';
import { requestOf } from './operations.ts';
import { RookeryError } from './rookery-error.ts';
import { sleep } from './sleep.ts';
import type { TokenKeeper } from './token-keeper.ts';
import { type Fetch, readAnswer, successOf } from './transport.ts';

/** What the server tells of itself. `gap`: more was missed than is sent again, so read the list. */
export type LiveEvent =
  | { type: 'notification'; id: string; data: Notification }
  | { type: 'unread-count'; id: string; data: UnreadCount }
  | { type: 'gap'; id: null; data: Record<string, never> };

/** How live events are listened to. */
export type LiveOptions = {
  /** Ends the listening. */
  signal?: AbortSignal;
  /** `id` of the last event of an earlier visit: what followed it comes first. */
  lastEventId?: string;
};

type Needs = { baseUrl: string; fetch: Fetch; keeper: TokenKeeper };

const firstRetryMs = 2000;
const maxRetryMs = 30_000;
/** The server shows every 15 s that it lives. */
const silenceMs = 45_000;

/**
 * Events as they happen, for as long as somebody listens; a connection that is lost is reopened, and nothing is left
 * out. Ends without an error only by leaving the loop.
 * @throws RookeryError when the session is over, or the server refuses
 */
export async function* liveEvents(
  needs: Needs,
  { signal, lastEventId }: LiveOptions,
): AsyncGenerator<LiveEvent, void, undefined> {
  let last = lastEventId;
  let retryMs = firstRetryMs;
  for (let failures = 0; ; failures += 1) {
    const connection = new AbortController();
    const isOver = () => connection.abort();
    signal?.addEventListener('abort', isOver, { once: true });
    try {
      signal?.throwIfAborted();
      for await (const block of blocksOf(await open(needs, last, connection.signal), isOver)) {
        failures = 0;
        retryMs = block.retryMs ?? retryMs;
        if (block.event?.id) last = block.event.id;
        if (block.event) yield block.event;
      }
    } catch (error) {
      signal?.throwIfAborted();
      const isPassing = !(error instanceof RookeryError) || [429, 503].includes(error.status);
      if (!isPassing) throw error;
    } finally {
      signal?.removeEventListener('abort', isOver);
      connection.abort();
    }
    await sleep(Math.min(retryMs * 2 ** failures, maxRetryMs), signal);
  }
}

async function open(
  { baseUrl, fetch, keeper }: Needs,
  lastEventId: string | undefined,
  signal: AbortSignal,
): Promise<Response> {
  const { url } = requestOf(baseUrl, 'streamEvents', {});
  const openAs = async (tokens: Tokens | null) => {
    const headers: Record<string, string> = { accept: 'text/event-stream' };
    if (tokens) headers.authorization = `Bearer ${tokens.accessToken}`;
    if (lastEventId !== undefined) headers['last-event-id'] = lastEventId;
    return fetch(url, { headers, signal });
  };
  const tokens = await keeper.read();
  const response = await openAs(tokens);
  if (response.ok) return response;
  const answer = await readAnswer(response);
  if (!tokens || !isTokenRefused(answer)) throw refusalOf(answer);
  const second = await openAs(await keeper.renew(tokens));
  if (second.ok) return second;
  throw refusalOf(await readAnswer(second));
}

function refusalOf(answer: Awaited<ReturnType<typeof readAnswer>>): unknown {
  try {
    return successOf(answer);
  } catch (error) {
    return error;
  }
}

type Block = { event: LiveEvent | null; retryMs: number | null };

/** The blocks of a stream, between its empty lines. A stream that falls silent is given up. */
async function* blocksOf(response: Response, giveUp: () => void): AsyncGenerator<Block> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  let text = '';
  for (;;) {
    const timer = setTimeout(giveUp, silenceMs);
    const { value, done } = await reader.read().finally(() => clearTimeout(timer));
    if (done) return;
    const blocks = (text + value).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) yield blockOf(block);
  }
}

function blockOf(block: string): Block {
  const fields = new Map(block.split('\n').map(fieldOf));
  const retry = fields.get('retry');
  const type = fields.get('event');
  const data = fields.get('data');
  const id = fields.get('id') ?? null;
  const event = type && data ? ({ type, id, data: JSON.parse(data) } as LiveEvent) : null;
  return { event, retryMs: retry === undefined ? null : Number(retry) };
}

function fieldOf(line: string): [name: string, value: string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), line.slice(colon + 1).trimStart()];
}
