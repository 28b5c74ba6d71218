import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPhoto, aPicture, aPost } from '../support/given.ts';
import { type Answer, type TestServer, testServer } from '../support/server.ts';

/** A route that serves a file: how to reach it, and what its errors look like. */
type FileRoute = { path: string; headers: Record<string, string>; problem: unknown };

const names = ['/v2, published', '/v2, draft', '/v2, signed', 'mini-sns', 'hmlet'] as const;

let server: TestServer;
let routes: Record<(typeof names)[number], FileRoute>;

beforeAll(async () => {
  server = await testServer({ contracts: 'all' });
  const authorization = `Bearer ${(await server.tokens('alice')).accessToken}`;
  await server.upload('alice', await aPhoto(), { path: '/v2/me/avatar', method: 'PUT' });
  const [shown, draft] = [await aPicture(server, 'alice'), await aPicture(server, 'alice')];
  const post = await aPost(server, 'alice', { mediaIds: [shown] });
  await server.work();
  const { body: me } = await server.send('GET', '/v2/me', { as: 'alice' });
  const { body: own } = await server.send('GET', `/v2/media/${draft}`, { as: 'alice' });
  const published = await server.send('GET', `/v2/posts/${post}`);
  const problem = expect.objectContaining({ code: 'range_not_satisfiable' });
  routes = {
    '/v2, published': { path: imagePath(published.body.media[0]), headers: {}, problem },
    '/v2, draft': { path: imagePath(own), headers: { authorization }, problem },
    '/v2, signed': { path: imagePath(own, 'signed'), headers: {}, problem },
    'mini-sns': {
      path: `/compat/mini-sns/profile-picture/local/${me.id}`,
      headers: {},
      problem: '',
    },
    hmlet: await hmletDraft(),
  };
});

afterAll(() => server.close());

/** Path of the smallest size, with or without its signature. */
function imagePath(media: { images: Array<{ url: string }> }, how = 'plain'): string {
  const { pathname, search } = new URL(media.images[0]?.url ?? '');
  return how === 'signed' ? pathname + search : pathname;
}

async function hmletDraft(): Promise<FileRoute> {
  const mount = '/compat/hmlet';
  const who = { username: 'bob', password: 'bobs-password-of-today', name: 'Bob' };
  const { body: tokens } = await server.send('POST', `${mount}/register`, { body: who });
  const headers = { authorization: `Bearer ${tokens.access_token}` };
  const options = { path: `${mount}/upload-photo`, headers };
  const { body: upload } = await server.upload('bob', await aPhoto(), options);
  await server.work();
  const { body: photo } = await server.send('GET', `${mount}/photo/${upload.id}`, { headers });
  const problem = { Error: expect.stringContaining('bytes') };
  return { path: new URL(photo.url).pathname, headers, problem };
}

describe.each(names)('a file of %s', (name) => {
  let etag: string;
  let whole: Buffer;

  function ask(headers: Record<string, string>, method: 'GET' | 'HEAD' = 'GET'): Promise<Answer> {
    const route = routes[name];
    const filled = Object.entries(headers).map(([k, v]) => [k, v.replaceAll('{etag}', etag)]);
    const all = { ...route.headers, ...Object.fromEntries(filled) };
    return server.send(method, route.path, { headers: all });
  }

  beforeAll(async () => {
    const answer = await ask({});
    etag = answer.headers.etag ?? '';
    whole = answer.bytes;
  });

  it('comes whole, with a strong ETag', async () => {
    const { status, headers } = await ask({});

    expect(status).toBe(200);
    expect(etag).toMatch(/^"[0-9a-z-]+"$/);
    expect(headers).toMatchObject({
      'accept-ranges': 'bytes',
      'content-length': String(whole.length),
      'content-type': 'image/jpeg',
    });
    expect(headers).not.toHaveProperty('last-modified');
  });

  it.each([
    ['the ETag', '{etag}'],
    ['the weak form of the ETag', 'W/{etag}'],
    ['a list', '"a", {etag}'],
    ['a list of weak forms without blanks', 'W/"a",W/{etag},"b"'],
    ['a list with a comma within an ETag', '"a,b", {etag}'],
    ['anything', '*'],
    ['anything, after a blank', ' *'],
  ])('is not sent again when If-None-Match names %s', async (_, value) => {
    for (const method of ['GET', 'HEAD'] as const) {
      const { status, headers, bytes } = await ask({ 'if-none-match': value }, method);

      expect([status, bytes.length, headers.etag]).toEqual([304, 0, etag]);
      expect(headers['cache-control']).toBeDefined();
    }
  });

  it.each([
    ['another ETag', '"other"'],
    ['the ETag without quotes', 'other'],
    ['an asterisk as an ETag', '"*"'],
    ['nothing', ''],
  ])('is sent when If-None-Match names %s', async (_, value) => {
    const { status, bytes } = await ask({ 'if-none-match': value });

    expect([status, bytes.equals(whole)]).toEqual([200, true]);
  });

  it('is not sent again for a range of what is known', async () => {
    const { status } = await ask({ 'if-none-match': '{etag}', range: 'bytes=0-9' });

    expect(status).toBe(304);
  });

  it.each([
    ['bytes=10-19', 10, 20],
    ['BYTES=10-19', 10, 20],
    ['bytes=0-0', 0, 1],
    ['bytes=-5', -5, undefined],
    ['bytes=7-', 7, undefined],
    ['bytes=7-999999999', 7, undefined],
    ['bytes=-999999999', 0, undefined],
  ])('answers the range %s', async (range, start, end) => {
    const { status, headers, bytes } = await ask({ range });
    const part = whole.subarray(start, end);
    const first = start < 0 ? whole.length + start : start;

    expect([status, bytes.equals(part)]).toEqual([206, true]);
    expect(headers).toMatchObject({
      etag,
      'content-range': `bytes ${first}-${first + part.length - 1}/${whole.length}`,
      'content-length': String(part.length),
    });
  });

  it.each(['bytes=9-2', 'bytes=-', 'bytes=a-b', 'bytes=0-1,4-5', 'lines=0-1', '0-1', ''])(
    'comes whole for the range "%s", which it does not understand',
    async (range) => {
      const { status, bytes } = await ask({ range });

      expect([status, bytes.equals(whole)]).toEqual([200, true]);
    },
  );

  it.each([
    ['the ETag', '{etag}', 206],
    ['the weak form of the ETag', 'W/{etag}', 200],
    ['another ETag', '"other"', 200],
    ['a list', '"other", {etag}', 200],
    ['a date', 'Mon, 01 Jun 2026 12:00:00 GMT', 200],
    ['a date to come', 'Tue, 01 Jun 2066 12:00:00 GMT', 200],
    ['nothing that makes sense', '?', 200],
  ])('with If-Range %s', async (_, value, status) => {
    const answer = await ask({ range: 'bytes=0-9', 'if-range': value });
    const wanted = status === 206 ? whole.subarray(0, 10) : whole;

    expect([answer.status, answer.bytes.equals(wanted)]).toEqual([status, true]);
  });

  it('comes whole beyond its end when If-Range does not match', async () => {
    const { status } = await ask({ range: 'bytes=999999999-', 'if-range': '"other"' });

    expect(status).toBe(200);
  });

  it.each(['bytes=999999999-', 'bytes=-0'])(
    'refuses the range %s, and no cache keeps that',
    async (range) => {
      const { status, headers, body } = await ask({ range });

      expect(status).toBe(416);
      expect(body).toEqual(routes[name].problem);
      expect(headers).toMatchObject({
        'content-range': `bytes */${whole.length}`,
        'cache-control': 'private, no-store',
      });
      expect(headers).not.toHaveProperty('etag');
    },
  );

  it.each(['bytes=0-9', 'bytes=999999999-'])('ignores the range %s of a HEAD', async (range) => {
    const { status, headers, bytes } = await ask({ range }, 'HEAD');

    expect([status, bytes.length]).toEqual([200, 0]);
    expect(headers).toMatchObject({ etag, 'content-length': String(whole.length) });
    expect(headers).not.toHaveProperty('content-range');
  });

  it.each([
    ['the whole', {}, 200],
    ['a part', { range: 'bytes=0-9' }, 206],
    ['what is known', { 'if-none-match': '{etag}' }, 304],
    ['a range beyond the end', { range: 'bytes=999999999-' }, 416],
  ])('may be embedded by other sites, whatever the answer: %s', async (_, headers, status) => {
    const answer = await ask(headers);

    expect(answer.status).toBe(status);
    expect(answer.headers['cross-origin-resource-policy']).toBe('cross-origin');
  });

  it('may be embedded by other sites also when it is not there', async () => {
    const { path, headers } = routes[name];
    const other = path
      .replace(/[0-9a-f]{32}/, '0'.repeat(32))
      .replace(/local\/\d+$/, 'local/999999');
    const answer = await server.send('GET', other, { headers });

    expect(answer.status).toBe(404);
    expect(answer.headers['cross-origin-resource-policy']).toBe('cross-origin');
  });

  it('does not depend on a date', async () => {
    const { status } = await ask({ 'if-modified-since': 'Tue, 01 Jun 2066 12:00:00 GMT' });

    expect(status).toBe(200);
  });
});

it('shows web pages the ETag and the range', async () => {
  const origin = 'https://app.example';
  const { headers } = await server.send('GET', routes['mini-sns'].path, { headers: { origin } });
  const exposed = headers['access-control-expose-headers']?.split(/\s*,\s*/);

  expect(exposed).toEqual(expect.arrayContaining(['ETag', 'Content-Range', 'Accept-Ranges']));
});
