import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { usualPace } from '../../src/contracts/body-limits.ts';
import { aPhoto } from '../support/given.ts';
import { passwords, type TestServer, testServer } from '../support/server.ts';

/** Moments in place of the usual seconds; no test asserts how long anything takes. */
const pace = { totalMs: 300, windowMs: 300, bytesPerWindow: 1000 };

/** An address of each contract that takes JSON without a token, and how its errors look. */
const shapes = {
  v2: ['/v2/sessions', /^\{"type":"urn:rookery:problem:/],
  'base-api': ['/v1/auth/login', /^\{"message":"[^"]+","status":"error"\}$/],
  'flask-api': ['/api/auth/login', /^\{"status":false,"response":false,"message":/],
  hmlet: ['/register', /^\{"Error":"[^"]+"\}$/],
  'mini-sns': ['/sign-up', /^$/],
  mithril: ['/api/user/login', /^\{"code":2,"message":"INVALID POST CONTENT","data":\{\}\}$/],
  'the shared login address': ['/login', /^\{"Error":"[^"]+"\}$/],
} as const;

describe('a body that comes slowly', () => {
  let server: TestServer;
  let port: number;
  let tokens: Record<string, string>;

  beforeAll(async () => {
    server = await testServer({ contracts: 'all', http: { bodyPace: pace } });
    port = Number(new URL(await server.listen()).port);
    const { accessToken } = await server.tokens('alice');
    const login = { username: 'alice', email: 'alice@example.com', password: passwords.alice };
    const tokenAt = async (path: string, find: (body: Body) => string) =>
      find((await server.send('POST', path, { body: login })).body);
    tokens = {
      v2: `Bearer ${accessToken}`,
      hmlet: `Bearer ${await tokenAt('/compat/hmlet/login', (b) => b.access_token)}`,
      'mini-sns': await tokenAt('/compat/mini-sns/login', (b) => b.access_token),
      mithril: await tokenAt('/compat/mithril/api/user/login', (b) => b.data.token),
    };
  });

  afterAll(() => server.close());

  // oxlint-disable-next-line typescript/no-explicit-any -- of every shape
  type Body = any;

  /** Sends a head and pieces of a body with pauses between them, and returns what came back until the server closed. */
  async function trickle(head: string, pieces: Iterable<string | Uint8Array>, pauseMs: number) {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    socket.write(head);
    for (const piece of pieces) {
      if (answer !== '' || socket.destroyed) break;
      socket.write(piece);
      await sleep(pauseMs);
    }
    await closed;
    return answer;
  }

  const headOf = (line: string, headers: Record<string, string>) =>
    [`${line} HTTP/1.1`, 'Host: a', 'Connection: close']
      .concat(Object.entries(headers).map(([name, value]) => `${name}: ${value}`))
      .concat('', '')
      .join('\r\n');

  function* forever(piece: string) {
    for (;;) yield piece;
  }

  const json = { 'Content-Type': 'application/json' };
  const form = { 'Content-Type': 'multipart/form-data; boundary=b' };
  const partHead = (name: string) =>
    `--b\r\nContent-Disposition: form-data; name="${name}"; filename="a.jpg"\r\n\r\n`;

  it.each(Object.entries(shapes))(
    'of JSON ends in 408 in the contract’s shape, in chunks as with a length: %s',
    async (_contract, [path, shape]) => {
      const line = `POST ${path}`;
      const chunked = headOf(line, { ...json, 'Transfer-Encoding': 'chunked' });
      const long = headOf(line, { ...json, 'Content-Length': '1000' });
      const answers = await Promise.all([
        trickle(chunked, forever('1\r\n \r\n'), 20),
        trickle(long, forever(' '), 20),
      ]);

      expect(answers.map((answer) => answer.slice(0, 12))).toEqual(Array(2).fill('HTTP/1.1 408'));
      for (const answer of answers) expect(answer.split('\r\n\r\n')[1]).toMatch(shape);
    },
  );

  it('ends in 408 with a code of its own at an address of no contract, too', async () => {
    const head = headOf('POST /nothing', { ...json, 'Content-Length': '1000' });
    const answer = await trickle(head, forever(' '), 20);

    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(answer.split('\r\n\r\n')[1]).toMatch(/^\{"error":"timeout","message":"/);
  });

  const uploads: Array<[string, string, string]> = [
    ['v2', 'POST /v2/media', 'file'],
    ['v2', 'PUT /v2/me/avatar', 'file'],
    ['hmlet', 'POST /upload-photo', 'file'],
    ['mini-sns', 'POST /profile-picture/local', 'profile-pic'],
  ];

  it.each(uploads)(
    'of an upload ends in 408 when it stops or trickles: %s %s',
    async (contract, line, name) => {
      const headers = {
        ...form,
        'Content-Length': '100000',
        Authorization: tokens[contract] ?? '',
      };
      const head = headOf(line, headers) + partHead(name);
      const answers = await Promise.all([trickle(head, [''], 0), trickle(head, forever('a'), 20)]);

      expect(answers.map((answer) => answer.slice(0, 12))).toEqual(Array(2).fill('HTTP/1.1 408'));
    },
  );

  it('of a picture in JSON ends in 408 when it stops, in its contract’s words', async () => {
    const headers = { ...json, 'Content-Length': '100000', Authorization: tokens.mithril ?? '' };
    const answer = await trickle(`${headOf('POST /api/picture', headers)}{"data":"`, [''], 0);

    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(answer).toMatch(/"code":2/);
  });

  it('of an upload arrives while its bytes flow, however long it takes', async () => {
    const photo = await aPhoto();
    const whole = Buffer.concat([
      Buffer.from(partHead('file')),
      photo,
      Buffer.from('\r\n--b--\r\n'),
    ]);
    const length = String(whole.length);
    const headers = { ...form, 'Content-Length': length, Authorization: tokens.v2 ?? '' };
    const pieceBytes = Math.ceil(whole.length / 20);
    const pieces = Array.from({ length: 20 }, (_, i) =>
      whole.subarray(i * pieceBytes, (i + 1) * pieceBytes),
    );
    // Twenty pauses are four times as long as a small body may take.
    const answer = await trickle(headOf('POST /v2/media', headers), pieces, 60);

    expect(pieceBytes * 5).toBeGreaterThan(pace.bytesPerWindow);
    expect(answer).toMatch(/^HTTP\/1.1 201 /);
  });

  it('of an upload may take half an hour at the usual pace: nothing else ends it', () => {
    const slowPhone = 29_000;

    expect((usualPace.bytesPerWindow / usualPace.windowMs) * 1000).toBeLessThan(slowPhone);
    expect(server.http.server.server.requestTimeout).toBe(0);
  });

  it.each([
    ['without a token', 'POST /v2/posts', json],
    ['at an address that is none', 'POST /nothing', json],
    ['of a form at an address that is none', 'POST /v2/nothing', form],
    ['of a form without a token', 'POST /v2/media', form],
    ['where none is read', 'GET /v2/explore', json],
    ['at an address that cannot be decoded', 'POST /v2/%zz', json],
  ])('does not keep a connection that was answered: %s', async (_name, line, type) => {
    const head = headOf(line, { ...type, 'Transfer-Encoding': 'chunked' }).replace(
      'Connection: close\r\n',
      '',
    );
    const answer = await trickle(head, [''], 0);

    expect(answer).toMatch(/^HTTP\/1.1 (2|4)\d\d /);
  });
});

describe('a body with a Content-Encoding', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await testServer({ contracts: 'all' });
  });

  afterAll(() => server.close());

  const send = (path: string, encoding: string) =>
    server.send('POST', path, { body: '{}', headers: { 'content-encoding': encoding } });

  const encodings = ['gzip', 'deflate', 'br', 'zstd', 'compress', 'GZIP', 'identity, gzip', 'x'];

  describe.each(Object.entries(shapes))('at %s', (_contract, [path, shape]) => {
    it.each(encodings)('is refused with 415 in the contract’s shape: %s', async (encoding) => {
      const answer = await send(path, encoding);
      const text = answer.bytes.toString();

      expect(answer.status).toBe(415);
      expect(text).toMatch(shape);
      expect(answer.headers['accept-encoding']).toBe('identity');
    });

    it.each(['identity', 'Identity', ''])('is taken as it is: “%s”', async (encoding) => {
      expect((await send(path, encoding)).status).not.toBe(415);
    });
  });

  it('is refused for forms, too', async () => {
    const upload = await server.upload('alice', await aPhoto(), {
      headers: { 'content-encoding': 'gzip' },
    });

    expect(upload.status).toBe(415);
  });
});

describe('a body that is too large', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await testServer({ contracts: 'all' });
  });

  afterAll(() => server.close());

  it.each(Object.entries(shapes))(
    'is refused with 413 in the contract’s shape: %s',
    async (_contract, [path, shape]) => {
      const body = JSON.stringify({ password: 'x'.repeat(2 ** 20) });
      const answer = await server.send('POST', path, { body });

      expect(answer.status).toBe(413);
      expect(answer.bytes.toString()).toMatch(shape);
      expect(answer.headers['cache-control']).toBe('private, no-store');
    },
  );

  it('is refused with 413 and a code of its own at an address of no contract, too', async () => {
    const body = JSON.stringify({ password: 'x'.repeat(2 ** 20) });
    const answer = await server.send('POST', '/nothing', { body });

    expect(answer.status).toBe(413);
    expect(answer.body).toMatchObject({ error: 'too_large' });
  });
});
