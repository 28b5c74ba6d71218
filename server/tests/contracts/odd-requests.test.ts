import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passwords, type TestServer, testServer } from '../support/server.ts';
import { exchange } from '../support/sockets.ts';

/** How alice signs in at each contract, at the address that its clients use. */
const { alice: password } = passwords;
const logins: Record<string, [path: string, body: object, status: number]> = {
  v2: ['/v2/sessions', { login: 'alice', password }, 201],
  'base-api': ['/v1/auth/login', { email: 'alice@example.com', password }, 200],
  'flask-api': ['/api/auth/login', { username: 'alice', password }, 200],
  hmlet: ['/login', { username: 'alice', password }, 200],
  'mini-sns': ['/login', { email: 'alice@example.com', password }, 200],
  mithril: ['/api/user/login', { username: 'alice', password }, 200],
};

const encoded = (letter: string) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`;
const bigEndian = (text: string) => Buffer.from(text, 'utf16le').swap16();

type Oddity = {
  path?: (path: string) => string;
  type?: string;
  accept?: string;
  body?: (json: string) => string | Buffer;
};

const oddities: Record<string, Oddity> = {
  'a vendor’s JSON': { type: 'application/vnd.example+json' },
  'a made-up JSON with a charset': { type: 'application/x+json; charset=utf-8' },
  'JSON in capitals': { type: 'APPLICATION/JSON' },
  'a charset that is none': { type: 'application/json; charset=latin-9' },
  'a byte order mark': { body: (json) => `\ufeff${json}` },
  'UTF-16': { body: (json) => Buffer.from(json, 'utf16le') },
  'UTF-16 with a byte order mark': { body: (json) => Buffer.from(`\ufeff${json}`, 'utf16le') },
  'UTF-16 of the other order': { body: bigEndian },
  'UTF-16 of the other order with a mark': { body: (json) => bigEndian(`\ufeff${json}`) },
  'an empty Accept': { accept: '' },
  'an Accept of blanks': { accept: ' , ' },
  'a key twice in the query': { path: (path) => `${path}?a=1&a=2&a=%ff` },
  'an encoded first letter': {
    path: (path) => path.replace(/[a-z]/, encoded),
  },
  'encoded letters': { path: (path) => path.replaceAll(/[a-z\d]/g, encoded) },
};

describe('a request that is odd but legal', () => {
  let server: TestServer;
  let address: string;

  beforeAll(async () => {
    server = await testServer({ contracts: 'all' });
    await server.tokens('alice');
    address = await server.listen();
  });

  afterAll(() => server.close());

  /** Sent as bytes, for clients in between would mend what is odd. */
  async function send(line: string, headers: Record<string, string>, body: string | Buffer = '') {
    const bytes = Buffer.from(body);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const length = bytes.length > 0 ? `Content-Length: ${bytes.length}\r\n` : '';
    const head = `${line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${lines.join('')}${length}\r\n`;
    const { answer } = await exchange(address, Buffer.concat([Buffer.from(head), bytes]), 15_000);
    const [top = '', ...rest] = answer.split('\r\n\r\n');
    return { status: Number(top.split(' ')[1]), text: rest.join('\r\n\r\n') };
  }

  describe.each(Object.entries(logins))('at %s', (_contract, [path, body, status]) => {
    it.each(Object.entries(oddities))('is answered as any other: %s', async (_name, oddity) => {
      const spell = oddity.path ?? ((it) => it);
      const headers: Record<string, string> = { 'Content-Type': oddity.type ?? 'application/json' };
      if (oddity.accept !== undefined) headers.Accept = oddity.accept;
      const json = JSON.stringify(body);
      const answer = await send(`POST ${spell(path)}`, headers, oddity.body?.(json) ?? json);

      expect(answer.status, answer.text).toBe(status);
    });
  });

  it.each(['GET /v2/users/é', 'GET /v1/users?q=日本', 'GET /photo/\xff'])(
    'whose address has bytes beyond ASCII is refused, for a parser that took them would take more: %s',
    async (line) => {
      expect((await send(line, {})).status).toBe(400);
    },
  );

  it.each([
    '/v2/users/é',
    '/v1/users/é',
    '/api/user/é',
    '/photo/é',
    '/profile-picture/local/é',
    '/api/picture/é',
  ])('whose address has such bytes encoded is read: %s', async (path) => {
    expect((await send(`GET ${encodeURI(path)}`, {})).status).toBeOneOf([400, 401, 404, 422]);
  });

  it.each([
    ['/v1/nothing', /^\{"message":"Not Found\."/],
    ['/v1/%zz', /\{/],
    ['/api/nothing/here', /\/api\/nothing\/here/],
    ['/api/%zz', /\/api\/%zz/],
    ['/photos/nothing/here', /\/photos\/nothing\/here/],
    ['/photos/%zz', /./],
    ['/profile-picture/a/b/c', /^$/],
    ['/profile-picture/%zz', /^$/],
    ['/api/picture/3', /./],
    ['/nothing?secret=1', /at \/nothing\. /],
  ])('that finds nothing is told its own path, if any: %s', async (path, text) => {
    const answer = await send(`GET ${path}`, {});

    expect([400, 404]).toContain(answer.status);
    expect(answer.text).toMatch(text);
    expect(answer.text).not.toMatch(/compat|secret/);
  });

  it('with a key twice in the query means the first, in every contract', async () => {
    for (const text of ['One.', 'Two.']) {
      await server.send('POST', '/v2/posts', { as: 'alice', body: { text } });
    }
    const login = async (path: string, body: object) =>
      (await server.send('POST', path, { body })).body.access_token;
    const sns = await login('/login', { email: 'alice@example.com', password });
    const hmlet = `Bearer ${await login('/login', { username: 'alice', password })}`;
    const get = (path: string, authorization: string) =>
      server.send('GET', path, { headers: { authorization } });

    const explore = await server.send('GET', '/v2/explore?limit=1&limit=x');
    const broken = await server.send('GET', '/v2/explore?limit=x&limit=1');
    const detailed = await get('/timeline?detail=1&detail=0', sns);
    const plain = await get('/timeline?detail=0&detail=1', sns);
    const ordered = await get('/all-photos?order=asc&order=x', hmlet);
    const disordered = await get('/all-photos?order=x&order=asc', hmlet);

    expect(explore.body.items).toHaveLength(1);
    expect(broken.status).toBe(422);
    expect(detailed.body).not.toEqual(plain.body);
    expect([ordered.status, disordered.status]).toEqual([200, 400]);
  });
});
