import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestServer, testServer } from '../../../support/server.ts';
import { exchange, headOf } from '../../../support/sockets.ts';

describe('a connection', () => {
  let server: TestServer;
  let address: string;

  beforeAll(async () => {
    server = await testServer({ environment: { PORT: '0' }, http: { headersTimeoutMs: 300 } });
    address = await server.http.listen();
    await server.tokens('alice');
  });

  afterAll(() => server.close());

  it('S72: works with a request as it must be, which the following rest on', async () => {
    const head = await headOf(server, 'GET /v2/me');
    const { answer, isClosed } = await exchange(address, `${head}Connection: close\r\n\r\n`);

    expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n/);
    expect(isClosed).toBe(true);
  });

  it.each([
    [
      'two ways to tell the length',
      'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde'],
    ['a negative length', 'Content-Length: -1\r\n\r\n'],
    ['an odd length', 'Content-Length: 5, 5\r\n\r\nabcde'],
    ['an unknown encoding', 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
    ['chunked before another encoding', 'Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n'],
    ['a chunk of no number', 'Transfer-Encoding: chunked\r\n\r\nzz\r\n'],
    ['a header that is folded', 'X: a\r\n b\r\n\r\n'],
    ['a space before the colon', 'Content-Length : 0\r\n\r\n'],
    ['NUL in a header', 'X: a\u0000b\r\n\r\n'],
    ['a bare LF between headers', 'X: a\nY: b\r\n\r\n'],
    ['a bare CR in a header', 'X: a\rY: b\r\n\r\n'],
  ])('S72: ends at a request with %s', async (_name, rest) => {
    const head = await headOf(server, 'POST /v2/posts');
    const bytes = `${head}Content-Type: application/json\r\n${rest}`;
    const { answer, isClosed } = await exchange(address, bytes);

    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(isClosed).toBe(true);
  });

  it('S72: ends at lines that end with LF alone', async () => {
    const head = await headOf(server, 'GET /v2/me');
    const { answer } = await exchange(address, `${head}\r\n`.replaceAll('\r', ''));

    expect(answer).toMatch(/^HTTP\/1.1 400 /);
  });

  it('S72: ends at a request without a host', async () => {
    const { answer } = await exchange(address, 'GET /v2/explore HTTP/1.1\r\n\r\n');

    expect(answer).toMatch(/^HTTP\/1.1 400 /);
  });

  it.each([
    ['20 kB of one header', `X: ${'a'.repeat(20_000)}\r\n\r\n`],
    ['1,500 headers', `${'X-Something: a\r\n'.repeat(1500)}\r\n`],
  ])('S71: ends at %s', async (_name, rest) => {
    const head = await headOf(server, 'GET /v2/me');
    const { answer, isClosed } = await exchange(address, head + rest);

    expect(answer).toMatch(/^HTTP\/1.1 431 /);
    expect(isClosed).toBe(true);
  });

  it('S71: ends at an address of 20 kB', async () => {
    const head = await headOf(server, `GET /v2/me?${'a'.repeat(20_000)}`);
    const { answer } = await exchange(address, `${head}\r\n`);

    expect(answer).toMatch(/^HTTP\/1.1 431 /);
  });

  it('S71: ends at a body that is too long, before it is read', async () => {
    const head = await headOf(server, 'POST /v2/posts');
    const rest = 'Content-Type: application/json\r\nContent-Length: 99999999\r\n\r\n{';
    const { answer, isClosed } = await exchange(address, head + rest);

    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(isClosed).toBe(true);
  });

  it('S72: tells no foreign address in a link', async () => {
    const first = { as: 'alice', body: { text: 'First light.' } } as const;
    await server.send('POST', '/v2/posts', first);
    await server.send('POST', '/v2/posts', first);
    const head = await headOf(server, 'GET http://evil.example/v2/explore?limit=1');
    const { answer } = await exchange(address, `${head}Connection: close\r\n\r\n`);

    expect(answer).toMatch(/\r\nlink: <http:\/\/127\.0\.0\.1:\d+\/v2\/explore/);
    expect(answer).not.toContain('evil.example');
  });

  it('S73: is cut when its headers do not come', async () => {
    const { answer, isClosed, ms } = await exchange(address, 'GET /v2/me HTTP/1.1\r\nHo', 5000);

    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(isClosed).toBe(true);
    expect(ms).toBeLessThan(3000);
  });
});
