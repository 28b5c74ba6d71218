import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestServer, testServer } from '../support/server.ts';

const megabyte = Buffer.alloc(1024 * 1024, 'a');
const json = 'application/json';
const form = 'multipart/form-data; boundary=b';

describe('a large body that is answered early', { timeout: 60_000 }, () => {
  let server: TestServer;
  let address: string;

  beforeAll(async () => {
    server = await testServer({ contracts: 'all', http: {} });
    address = await server.listen();
  });

  afterAll(() => server.close());

  /** Sends a head, and then a body in pieces whatever comes back meanwhile, as a proxy does. */
  async function sendAll(line: string, type: string, megabytes: number, connection: string) {
    const { hostname, port } = new URL(address);
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    const seen = { answer: '', error: '' };
    socket.on('data', (chunk) => {
      seen.answer += chunk.toString('latin1');
    });
    socket.on('error', ({ message }) => {
      seen.error = message;
    });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const length = megabytes * megabyte.length;
    socket.write(
      `${line} HTTP/1.1\r\nHost: a\r\nConnection: ${connection}\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`,
    );
    await sendBody(socket, megabytes);
    while (seen.answer === '' && !socket.destroyed) await sleep(5);
    socket.end();
    await closed;
    return seen;
  }

  async function sendBody(socket: Socket, megabytes: number): Promise<void> {
    for (let i = 0; i < megabytes && !socket.destroyed; i += 1) {
      socket.write(megabyte);
      while (socket.writableNeedDrain && !socket.destroyed) await sleep(1);
      // The response has every chance to overtake the body.
      await sleep(1);
    }
  }

  const requests: Array<[string, string, number]> = [
    ['POST /v2/sessions', json, 413],
    ['POST /v2/posts', json, 401],
    ['POST /v2/media', form, 401],
    ['POST /v2/%zz', json, 400],
    ['POST /nothing', json, 413],
    ['POST /api/picture', json, 403],
    ['POST /upload-photo', form, 401],
  ];

  it.each(requests)('is read to its end, and nobody is reset: %s', async (line, type, status) => {
    const seen = await Promise.all([
      sendAll(line, type, 20, 'close'),
      sendAll(line, type, 20, 'keep-alive'),
    ]);

    expect(seen.map(({ error }) => error)).toEqual(['', '']);
    for (const { answer } of seen) expect(answer.slice(0, 12)).toBe(`HTTP/1.1 ${status}`);
  });

  it('is given up when it is larger than any that would be taken', async () => {
    const { error } = await sendAll('POST /v2/sessions', json, 400, 'close');

    expect(error).toMatch(/ECONNRESET|EPIPE/);
  });
});
