import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPhoto } from '../support/given.ts';
import { type TestServer, testServer } from '../support/server.ts';
import { formOf } from './hmlet/given.ts';

/** Somebody of each contract that takes addresses, with a published picture, and what signs them in. */
const people = {
  hmlet: 'of-hmlet@example.com',
  'flask-api': 'of-flask@example.com',
  'base-api': 'of-base@example.com',
  'mini-sns': 'of-sns@example.com',
};

const password = '12345';

describe('lists of an older contract', () => {
  let server: TestServer;
  /** Of somebody of mithril, whom all others are strangers to. */
  let reader: string;

  async function post(path: string, body: unknown, authorization?: string) {
    const headers = authorization === undefined ? {} : { authorization };
    const answer = await server.send('POST', path, { body, headers });
    if (answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async function signIn(username: string): Promise<string> {
    return (await post('/api/user/login', { username, password })).data.token;
  }

  beforeAll(async () => {
    server = await testServer({ contracts: 'all' });
    await post('/api/user/register', { username: 'reader', password });
    reader = await signIn('reader');
    await post('/register', { username: people.hmlet, name: 'One', password });
    const form = { password, password_confirm: password };
    await post('/api/user', { username: people['flask-api'], name: 'Two', ...form });
    await post('/v1/auth/register', { username: 'Three', email: people['base-api'], password });
    await post('/sign-up', { email: people['mini-sns'], name: 'Four', password, profile: '' });
    const data = Buffer.from(await aPhoto()).toString('base64');
    for (const address of Object.values(people)) {
      await post('/api/picture', { data }, await signIn(address));
    }
    // A name that has the form of an address is somebody's address, also where names are free.
    await post('/api/user/register', { username: 'a@b.example', password });
    await post('/api/picture', { data }, await signIn('a@b.example'));
  });

  afterAll(() => server.close());

  async function lists(headers: Record<string, string>, paths: readonly string[]) {
    const texts = [];
    for (const path of paths) {
      const { status, bytes } = await server.send('GET', path, { headers });
      expect(status).toBe(200);
      texts.push(bytes.toString('utf8'));
    }
    return texts.join('\n');
  }

  const shownIn = (text: string) =>
    Object.values(people).filter((address) => text.includes(address));

  it('mithril shows strangers no address of anybody, and everybody their own name', async () => {
    const strangers = await lists({ authorization: reader }, [
      '/api/picture',
      '/api/picture?limit=2',
    ]);
    const own = await lists({ authorization: await signIn(people.hmlet) }, ['/api/picture']);

    expect(shownIn(strangers)).toEqual([]);
    expect(strangers).not.toContain('a@b.example');
    expect(shownIn(own)).toEqual([people.hmlet]);
  });

  it('flask-api shows the addresses of those who have come by it', async () => {
    const login = { username: people['flask-api'], password };
    const { results } = await post('/api/auth/login', login);
    const headers = { authorization: `Bearer ${results.access_token}` };
    const paths = ['/api/user/all', '/api/user/active'];

    const before = await lists(headers, paths);
    await post('/api/auth/login', { username: people.hmlet, password });
    const after = await lists(headers, paths);

    expect(shownIn(before)).toEqual([people['flask-api']]);
    expect(shownIn(after)).toEqual([people.hmlet, people['flask-api']]);
  });

  it('hmlet and mini-sns show no address at all', async () => {
    const { access_token: token } = await post('/login', { username: people.hmlet, password });
    const headers = { authorization: `Bearer ${token}` };
    const content = await aPhoto();
    await server.send('POST', '/upload-photo', formUpload(headers, content));
    const photos = await lists(headers, ['/all-photos', '/my-photos', '/my-drafts']);
    const sns = await post('/login', { email: people['mini-sns'], password });
    const timeline = await lists({ authorization: sns.access_token }, ['/timeline?detail=1']);

    expect(shownIn(photos + timeline)).toEqual([]);
  });
});

function formUpload(headers: Record<string, string>, content: Uint8Array) {
  const form = formOf([{ name: 'file', filename: 'own.jpg', content }]);
  return { body: form.body, headers: { ...headers, ...form.headers } };
}
