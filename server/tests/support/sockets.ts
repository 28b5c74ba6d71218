import { connect } from 'node:net';
import type { TestServer } from './server.ts';

/** What came back over a plain connection, and whether the server closed it in time. */
export type Exchange = { answer: string; isClosed: boolean; ms: number };

/** Sends bytes as they are to a listening server and collects what comes back until it closes, or for `waitMs`. */
export function exchange(
  address: string,
  bytes: string | Uint8Array,
  waitMs = 3000,
): Promise<Exchange> {
  const { hostname, port } = new URL(address);
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let answer = '';
    const finish = (isClosed: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ answer, isClosed, ms: performance.now() - startedAt });
    };
    const timer = setTimeout(() => finish(false), waitMs);
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    // A reset is a way to close, too.
    socket.on('error', () => {});
    socket.on('close', () => finish(true));
    socket.write(bytes);
  });
}

/** The head of a request by alice, up to where its own headers follow. */
export async function headOf(server: TestServer, requestLine: string): Promise<string> {
  const { accessToken } = await server.tokens('alice');
  return `${requestLine} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${accessToken}\r\n`;
}
