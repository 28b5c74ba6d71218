import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contracts } from '../../src/contracts/index.ts';
import { aPhoto } from '../support/given.ts';
import { passwords, type TestServer, testServer } from '../support/server.ts';

describe('one content behind all contracts', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await testServer({ contracts: 'all' });
  });

  afterEach(() => server.close());

  async function post(path: string, body: unknown, token?: string) {
    const headers = token === undefined ? {} : { authorization: token };
    const answer = await server.send('POST', path, { body, headers });
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.body}`);
    return answer;
  }

  /** Signs alice up where names are short and passwords shorter, and returns her token there. */
  async function aliceOfMithril(): Promise<string> {
    const body = { username: 'alice', password: '12345' };
    await post('/api/user/register', body);
    return (await post('/api/user/login', body)).body.data.token;
  }

  /** The same carla at hmlet, with a Bearer before her token. */
  async function carlaOfHmlet(): Promise<string> {
    const body = { username: 'carla', password: 'sand', name: 'Carla' };
    return `Bearer ${(await post('/register', body)).body.access_token}`;
  }

  /** Bob of `/v2` at flask-api, with a Bearer before his token. */
  async function bobOfFlask(): Promise<string> {
    const body = { username: 'bob@example.com', password: passwords.bob };
    return `Bearer ${(await post('/api/auth/login', body)).body.results.access_token}`;
  }

  it('shows a picture of mithril in hmlet and a timeline of v2, and counts a like of mini-sns', async () => {
    const alice = await aliceOfMithril();
    const photo = Buffer.from(await aPhoto()).toString('base64');
    const { body } = await post('/api/picture', { data: photo }, alice);
    await server.work();
    await server.send('PUT', '/v2/users/alice/follow', { as: 'bob' });
    const timeline = await server.send('GET', '/v2/timeline', { as: 'bob' });
    const [item] = timeline.body.items;
    const login = { email: 'bob@example.com', password: passwords.bob };
    const bob = (await post('/login', login)).body.access_token;

    await post('/like', { like: item.id }, bob);
    const liked = await server.send('GET', `/v2/posts/${item.id}`, { as: 'bob' });
    const shown = await server.send('GET', new URL(item.media[0].images[0].url).pathname);
    const kept = await server.send('GET', '/api/picture', { headers: { authorization: alice } });
    const headers = { authorization: await carlaOfHmlet() };
    const { photos } = (await server.send('GET', '/all-photos', { headers })).body;

    expect(photos).toMatchObject([{ id: item.id, posted: 1, caption: null }]);
    expect(item).toMatchObject({ author: { username: 'alice' }, media: [{ id: body.data.id }] });
    expect(liked.body).toMatchObject({ likeCount: 1, likedByMe: true });
    expect(shown.bytes.includes('Exif')).toBe(false);
    expect(kept.body.data.pictures[0].data).toBe(photo);
    expect(Buffer.from(photo, 'base64').includes('Exif')).toBe(true);
  });

  it('shows a photo of v2 with its caption in the timeline of mini-sns, and not before it is published', async () => {
    const media = await server.upload('alice', await aPhoto());
    const draft = { text: 'At dusk.', mediaIds: [media.body.id], state: 'draft' };
    const { body } = await server.send('POST', '/v2/posts', { as: 'alice', body: draft });
    await server.send('PUT', '/v2/users/alice/follow', { as: 'bob' });
    const login = { email: 'bob@example.com', password: passwords.bob };
    const authorization = (await post('/login', login)).body.access_token;
    const timeline = () => server.send('GET', '/timeline', { headers: { authorization } });

    const before = await timeline();
    await server.send('POST', `/v2/posts/${body.id}/publish`, { as: 'alice' });
    const after = await timeline();

    expect(before.body.timeline).toEqual([]);
    expect(after.body.timeline).toEqual([{ user_id: body.author.id, tweet: 'At dusk.' }]);
  });

  it('shows a draft of hmlet to nobody else anywhere, and to all once it is posted', async () => {
    const authorization = await carlaOfHmlet();
    const form = photoForm(await aPhoto());
    const headers = { authorization, 'content-type': form.type };
    const { body } = await server.send('POST', '/upload-photo', { headers, body: form.body });
    await server.work();
    await server.send('PUT', '/v2/users/carla/follow', { as: 'bob' });
    const mithril = await aliceOfMithril();
    const seen = async () => [
      (await server.send('GET', `/v2/posts/${body.id}`, { as: 'bob' })).status,
      (await server.send('GET', '/v2/timeline', { as: 'bob' })).body.items.length,
      (await server.send('GET', '/v2/users/carla/posts', { as: 'bob' })).body.items.length,
      (await server.send('GET', '/api/picture', { headers: { authorization: mithril } })).body.data
        .total,
    ];

    const before = await seen();
    await server.send('POST', `/post-photo/${body.id}`, { headers: { authorization } });
    const after = await seen();

    expect(before).toEqual([404, 0, 0, 0]);
    expect(after).toEqual([200, 1, 1, 1]);
  });

  it('knows the people of every contract in flask-api, and shows nobody’s e-mail there but their own', async () => {
    await server.tokens('bob');
    await aliceOfMithril();
    await carlaOfHmlet();
    const headers = { authorization: await bobOfFlask() };
    await server.send('PUT', '/api/user', { headers, body: { played_games: ['go'] } });

    const { body } = await server.send('GET', '/api/user/all', { headers });
    const games = body.results.map((one: { username: string; played_games: string[] }) => [
      one.username,
      one.played_games,
    ]);

    expect(games.toSorted()).toEqual([
      ['alice', []],
      ['bob', ['GO']],
      ['carla', []],
    ]);
    expect(JSON.stringify(body).match(/[^"]*@[^"]*/g)).toEqual(['bob@example.com']);
  });

  it('leaves addresses below /api to mithril and flask-api, each its own', async () => {
    const asked = await Promise.all([
      server.send('POST', '/api/user/login', { body: {} }),
      server.send('GET', '/api/user/login'),
      server.send('DELETE', '/api/picture'),
      server.send('GET', '/api/pictures'),
      server.send('GET', '/api'),
      server.send('GET', '/apis'),
    ]);
    const roots = await Promise.all([
      server.send('GET', '/api/'),
      server.send('GET', '/compat/flask-api/'),
      server.send('GET', '/'),
    ]);

    expect(asked.map(({ status, body }) => [status, Object.keys(body)[0]])).toEqual([
      [400, 'code'],
      [401, 'status'],
      [405, 'code'],
      [404, 'status'],
      [404, 'status'],
      [404, 'error'],
    ]);
    expect(roots.map(({ status, headers }) => [status, headers.location])).toEqual([
      [302, '/api/doc/'],
      [302, '/compat/flask-api/api/doc/'],
      [200, undefined],
    ]);
  });

  it('forgets everywhere whom v2 has deleted', async () => {
    const alice = await aliceOfMithril();
    await post('/api/picture', { data: Buffer.from('bytes').toString('base64') }, alice);
    const login = { login: 'alice', password: '12345' };
    const { accessToken } = (await post('/v2/sessions', login)).body;
    const headers = { authorization: `Bearer ${accessToken}` };

    await server.send('DELETE', '/v2/me', { headers, body: { password: '12345' } });
    await server.work();
    const own = await server.send('GET', '/api/picture', { headers: { authorization: alice } });
    const again = await server.send('POST', '/api/user/login', {
      body: { username: 'alice', password: '12345' },
    });

    expect([own.status, own.body.code]).toEqual([404, 4]);
    expect([again.status, again.body.code]).toEqual([404, 4]);
  });

  it('takes a token at the contract that gave it, and nowhere else', async () => {
    const mithril = await aliceOfMithril();
    await server.tokens('bob');
    const login = { email: 'bob@example.com', password: passwords.bob };
    const miniSns = (await post('/login', login)).body.access_token;
    const v2 = (await server.tokens('bob')).accessToken;
    const hmlet = (await carlaOfHmlet()).replace('Bearer ', '');
    const flask = (await bobOfFlask()).replace('Bearer ', '');
    const base = (await post('/v1/auth/login', login)).body.auth_token;
    const all = { mithril, miniSns, hmlet, flask, base, v2 };
    const foreign = (own: keyof typeof all) =>
      Object.entries(all).flatMap(([name, token]) => (name === own ? [] : [token]));
    const asks = async (path: string, authorization: string) => {
      const { status, body } = await server.send('GET', path, { headers: { authorization } });
      return [status, body.code ?? body];
    };

    expect(await asks('/api/picture', mithril)).toEqual([200, 0]);
    for (const token of foreign('mithril')) {
      expect(await asks('/api/picture', token)).toEqual([401, 9]);
    }
    for (const token of foreign('miniSns')) {
      expect(await asks('/timeline', token)).toEqual([401, '']);
    }
    for (const token of foreign('v2')) {
      expect(await asks('/v2/me', `Bearer ${token}`)).toEqual([401, 'bad_token']);
    }
    for (const token of foreign('hmlet')) {
      const refused = [422, { msg: 'Signature verification failed' }];
      expect(await asks('/my-photos', `Bearer ${token}`)).toEqual(refused);
    }
    for (const token of foreign('base')) {
      const refused = { message: 'Invalid token. Please log in again.', status: 'error' };
      expect(await asks('/v1/auth/status', `Bearer ${token}`)).toEqual([401, refused]);
    }
    for (const token of foreign('flask')) {
      const message = 'Please Provide a valid auth token.';
      const refused = [401, { status: false, response: false, message }];
      expect(await asks('/api/user/me', `Bearer ${token}`)).toEqual(refused);
    }
  });

  it('lists and ends the sessions of every contract in v2', async () => {
    const alice = await aliceOfMithril();
    const login = { login: 'alice', password: '12345' };
    const { accessToken } = (await post('/v2/sessions', login)).body;
    const headers = { authorization: `Bearer ${accessToken}` };
    const { body } = await server.send('GET', '/v2/sessions', { headers });
    const other = body.items.find((session: { isCurrent: boolean }) => !session.isCurrent);

    await server.send('DELETE', `/v2/sessions/${other.id}`, { headers });
    const own = await server.send('GET', '/api/picture', { headers: { authorization: alice } });

    expect([own.status, own.body.code]).toEqual([401, 9]);
  });

  it('answers what nobody owns in its own words, and what a contract owns in that one’s', async () => {
    for (const { name, mount } of contracts) {
      const { status, headers } = await server.send('GET', `${mount}/nothing-of-the-kind`);
      expect([name, status]).toEqual([name, 404]);
      expect(headers['content-type']).toBe(
        contracts.find((contract) => contract.name === name)?.errorType,
      );
    }
    const { status, body } = await server.send('GET', '/nothing-of-the-kind');
    expect([status, body.error]).toEqual([404, 'not_found']);
  });
});

function photoForm(photo: Uint8Array) {
  const head = `--x\r\ncontent-disposition: form-data; name="file"; filename="dune.jpg"\r\ncontent-type: image/jpeg\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(head), photo, Buffer.from('\r\n--x--\r\n')]);
  return { body, type: 'multipart/form-data; boundary=x' };
}
