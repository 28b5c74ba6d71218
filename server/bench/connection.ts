import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A request as it goes over the wire, built once where it can be. */
export type WireRequest = Buffer;

export type WireResponse = { status: number; body: Buffer };

/** Where a server listens, and what it is called. */
export type Address = { hostname: string; port: number };

const headEnd = Buffer.from('\r\n\r\n');
const nothing = Buffer.alloc(0);

/** Builds a request of HTTP/1.1. */
export function wireRequest(
  method: string,
  path: string,
  { token, body, type = 'application/json' }: { token?: string; body?: Buffer; type?: string } = {},
): WireRequest {
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: 127.0.0.1', 'Connection: keep-alive'];
  if (token) lines.push(`Authorization: Bearer ${token}`);
  if (body) lines.push(`Content-Type: ${type}`, `Content-Length: ${body.length}`);
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body ?? nothing]);
}

/** Builds a request that sends JSON. */
export function jsonRequest(
  method: string,
  path: string,
  body: unknown,
  token?: string,
): WireRequest {
  const sent = { body: Buffer.from(JSON.stringify(body)) };
  return wireRequest(method, path, token === undefined ? sent : { token, ...sent });
}

/** What ends a response in chunks; nothing that the servers send in chunks has it in the middle. */
const lastChunk = Buffer.from('\r\n0\r\n\r\n');

/**
 * One keep-alive connection with one request at a time. Reads only what the two servers send, responses with a
 * Content-Length or in chunks, so that the client takes a tenth of the server's CPU and not as much.
 */
export class Connection {
  readonly #socket: Socket;
  #received: Buffer[] = [];
  #receivedBytes = 0;
  #expectedBytes = 0;
  #isChunked = false;
  /** The last bytes of a response in chunks, so far. */
  #tail: Buffer = nothing;
  #waiting: { resolve: (r: WireResponse) => void; reject: (e: Error) => void } | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', (error) => this.#waiting?.reject(error));
    socket.on('close', () => this.#waiting?.reject(new Error('The server closed a connection.')));
  }

  static async open({ hostname, port }: Address): Promise<Connection> {
    const socket = connect(port, hostname);
    await once(socket, 'connect');
    return new Connection(socket);
  }

  send(request: WireRequest): Promise<WireResponse> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received.push(chunk);
    this.#receivedBytes += chunk.length;
    if (this.#isChunked) this.#tail = tailOf(this.#tail, chunk);
    if (!this.#isWhole()) return;
    const all = this.#received.length === 1 ? chunk : Buffer.concat(this.#received);
    this.#received = [all];
    const end = all.indexOf(headEnd);
    if (end < 0) return;
    const bodyAt = end + headEnd.length;
    const head = all.toString('latin1', 0, end);
    this.#isChunked = /\ntransfer-encoding: chunked/i.test(head);
    if (this.#isChunked) this.#tail = tailOf(nothing, all);
    else this.#expectedBytes = bodyAt + bodyBytesOf(head);
    if (!this.#isWhole()) return;
    const body = all.subarray(bodyAt);
    const answer = this.#isChunked ? joined(body) : body;
    this.#received = [];
    this.#receivedBytes = 0;
    this.#expectedBytes = 0;
    this.#isChunked = false;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve({ status: Number(head.slice(9, 12)), body: answer });
  }

  #isWhole(): boolean {
    return this.#isChunked
      ? this.#tail.equals(lastChunk)
      : this.#receivedBytes >= this.#expectedBytes;
  }
}

function tailOf(before: Buffer, chunk: Buffer): Buffer {
  const end = chunk.subarray(-lastChunk.length);
  if (end.length === lastChunk.length) return end;
  return Buffer.concat([before, end]).subarray(-lastChunk.length);
}

/** A body without the sizes that stand before its chunks. */
function joined(body: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const line = body.indexOf('\r\n', at);
    const bytes = Number.parseInt(body.toString('latin1', at, line), 16);
    if (!(bytes > 0)) return Buffer.concat(chunks);
    const from = line + 2;
    chunks.push(body.subarray(from, from + bytes));
    at = from + bytes + 2;
  }
}

function bodyBytesOf(head: string): number {
  const length = /\ncontent-length: (\d+)/i.exec(head)?.[1];
  if (length !== undefined) return Number(length);
  if (head.startsWith('HTTP/1.1 204')) return 0;
  throw new Error(`A response has no Content-Length:\n${head}`);
}
