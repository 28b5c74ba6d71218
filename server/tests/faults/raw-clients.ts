import { connect, type Socket } from 'node:net';

export type RawRequest = { method: string; path: string; token?: string; body?: object };

/** Status 0 is no answer. */
export type RawAnswer = { status: number; hasRetryAfter: boolean; ms: number };

export type RawClient = { send(request: RawRequest): Promise<RawAnswer>; close(): void };

/**
 * One connection that is kept open, with as little work for each request as can be: on a machine that client and server
 * share, what the client does is missing at the server, and what it is late by counts as the server's.
 */
export function rawClient(url: string): RawClient {
  const { hostname, port } = new URL(url);
  let socket: Socket | null = null;
  let received = '';
  let answered: ((answer: Omit<RawAnswer, 'ms'>) => void) | null = null;

  function end(answer: Omit<RawAnswer, 'ms'>): void {
    received = '';
    const tell = answered;
    answered = null;
    tell?.(answer);
  }

  function open(): Socket {
    const opened = connect(Number(port), hostname).setNoDelay().setEncoding('latin1');
    opened.on('data', (text: string) => {
      received += text;
      const answer = completeAnswer(received);
      if (answer) end(answer);
    });
    opened.on('error', () => {});
    opened.on('close', () => {
      if (socket === opened) socket = null;
      end({ status: 0, hasRetryAfter: false });
    });
    return opened;
  }

  return {
    async send(request) {
      const since = performance.now();
      const answer = await new Promise<Omit<RawAnswer, 'ms'>>((resolve) => {
        answered = resolve;
        socket ??= open();
        socket.write(textOf(request, hostname));
      });
      return { ...answer, ms: performance.now() - since };
    },
    close: () => void socket?.destroy(),
  };
}

function textOf({ method, path, token, body }: RawRequest, host: string): string {
  const content = body ? JSON.stringify(body) : '';
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `host: ${host}`,
    `content-length: ${content.length}`,
  ];
  if (body) lines.push('content-type: application/json');
  if (token) lines.push(`authorization: Bearer ${token}`);
  return `${lines.join('\r\n')}\r\n\r\n${content}`;
}

/** Null while some of it is still to come. */
function completeAnswer(text: string): Omit<RawAnswer, 'ms'> | null {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return null;
  const head = text.slice(0, headEnd);
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
  const isChunked = /\r\ntransfer-encoding: chunked/i.test(head);
  const isComplete = isChunked ? text.endsWith('0\r\n\r\n') : text.length >= headEnd + 4 + length;
  if (!isComplete) return null;
  return { status: Number(head.slice(9, 12)), hasRetryAfter: /\r\nretry-after: /i.test(head) };
}
