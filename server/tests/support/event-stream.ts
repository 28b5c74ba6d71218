import { setTimeout as sleep } from 'node:timers/promises';

export type ReceivedEvent = {
  type: string;
  id: string | null;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into events of every shape
  data: any;
};

/** An open stream of Server-Sent Events, over real HTTP. */
export type EventStream = {
  status: number;
  headers: Headers;
  /** All that came, in its order. */
  events: ReceivedEvent[];
  /** How often the server only showed that it lives. */
  beats(): number;
  retryMs(): number;
  /** The next event of a type that nobody asked for yet. */
  next(type: string): Promise<ReceivedEvent>;
  /** Resolves when the server ends it, with how long that took in ms. */
  ended(): Promise<number>;
  close(): void;
};

const patienceMs = 5000;

export function openEvents(url: string, token: string, lastEventId?: string): Promise<EventStream> {
  const headers: Record<string, string> = { authorization: `Bearer ${token}` };
  if (lastEventId !== undefined) headers['last-event-id'] = lastEventId;
  return openStream(`${url}/v2/events`, headers);
}

/** Opens any address, as `EventSource` does where it has no headers. */
export async function openStream(
  address: string,
  headers: Record<string, string> = {},
): Promise<EventStream> {
  const abort = new AbortController();
  const response = await fetch(address, { headers, signal: abort.signal });
  const events: ReceivedEvent[] = [];
  const asked = new Map<string, number>();
  let beats = 0;
  let retryMs = 0;
  let isEnded = false;

  function take(block: string): void {
    const fields = new Map(block.split('\n').map((line) => splitLine(line)));
    if (fields.has('')) beats += 1;
    if (fields.has('retry')) retryMs = Number(fields.get('retry'));
    const type = fields.get('event');
    if (type === undefined) return;
    events.push({
      type,
      id: fields.get('id') ?? null,
      data: JSON.parse(fields.get('data') ?? 'null'),
    });
  }

  async function read(): Promise<void> {
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      blocks.forEach(take);
    }
  }

  const reading = read()
    .catch(() => {})
    .finally(() => {
      isEnded = true;
    });

  return {
    status: response.status,
    headers: response.headers,
    events,
    beats: () => beats,
    retryMs: () => retryMs,
    async next(type) {
      const index = asked.get(type) ?? 0;
      asked.set(type, index + 1);
      const end = Date.now() + patienceMs;
      for (;;) {
        const found = events.filter((event) => event.type === type)[index];
        if (found) return found;
        if (isEnded || Date.now() > end) throw new Error(`No ${type} came.`);
        await sleep(5);
      }
    },
    async ended() {
      const begin = Date.now();
      await Promise.race([reading, sleep(patienceMs)]);
      if (!isEnded) throw new Error('The stream is still open.');
      return Date.now() - begin;
    },
    close: () => abort.abort(),
  };
}

function splitLine(line: string): [name: string, value: string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
}
