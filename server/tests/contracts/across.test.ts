import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contracts } from '../../src/contracts/index.ts';
import { aPhoto } from '../support/given.ts';
import { passwords, type TestServer, testServer } from '../support/server.ts';

describe('one content behind all contracts', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await testServer();
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

  it('shows a picture of mithril in a timeline of v2, and counts a like of mini-sns', async () => {
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

  it('forgets everywhere whom v2 has deleted', async () => {
    const alice = await aliceOfMithril();
    await post('/api/picture', { data: Buffer.from('bytes').toString('base64') }, alice);
    const login = { login: 'alice', password: '12345' };
    const { accessToken } = (await post('/v2/sessions', login)).body;
    const headers = { authorization: `Bearer ${accessToken}` };

    await server.send('DELETE', '/v2/me', { headers });
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
    const asks = async (path: string, authorization: string) => {
      const { status, body } = await server.send('GET', path, { headers: { authorization } });
      return [status, body.code ?? body];
    };

    expect(await asks('/api/picture', mithril)).toEqual([200, 0]);
    for (const token of [miniSns, v2]) {
      expect(await asks('/api/picture', token)).toEqual([401, 9]);
    }
    for (const token of [mithril, v2]) expect(await asks('/timeline', token)).toEqual([401, '']);
    for (const token of [mithril, miniSns]) {
      expect(await asks('/v2/me', `Bearer ${token}`)).toEqual([401, 'bad_token']);
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
