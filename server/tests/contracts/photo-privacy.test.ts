import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPhoto, aPost } from '../support/given.ts';
import { type TestServer, testServer } from '../support/server.ts';

type Person = { token: string; pictures: (username: string) => Promise<Buffer[]> };

describe('a photo that knows its place, and was posted', () => {
  let server: TestServer;
  let photo: Buffer;
  /** Somebody who posts in each contract, by its name, as mithril knows them. */
  const people = new Map<string, Person>();

  beforeAll(async () => {
    server = await testServer({ contracts: 'all' });
    photo = Buffer.from(await aPhoto());
    for (const name of ['user-2', 'user-3', 'user-4']) people.set(name, await signUp(name));
  });

  afterAll(() => server.close());

  /** Of mithril, where everybody sees what was uploaded. */
  async function signUp(username: string): Promise<Person> {
    const body = { username, password: 'walks-on-dunes' };
    await server.send('POST', '/compat/mithril/api/user/register', { body });
    const login = await server.send('POST', '/compat/mithril/api/user/login', { body });
    const { token } = login.body.data;
    const pictures = async (of: string) => {
      const path = `/compat/mithril/api/picture?username=${of}`;
      const { body: page } = await server.send('GET', path, { headers: { authorization: token } });
      return page.data.pictures.map(({ data }: { data: string }) => Buffer.from(data, 'base64'));
    };
    return { token, pictures };
  }

  const person = (name: string): Person => {
    const found = people.get(name);
    if (!found) throw new Error(`There is no ${name}.`);
    return found;
  };

  async function postAtV2(username: string): Promise<void> {
    const login = { login: username, password: 'walks-on-dunes' };
    const { body } = await server.send('POST', '/v2/sessions', { body: login });
    const headers = { authorization: `Bearer ${body.accessToken}` };
    const upload = await server.upload('alice', photo, { headers });
    const post = { text: '', mediaIds: [upload.body.id] };
    const { status } = await server.send('POST', '/v2/posts', { headers, body: post });
    expect(status).toBe(201);
  }

  async function postAtHmlet(username: string): Promise<void> {
    const login = { username, password: 'walks-on-dunes' };
    const { body } = await server.send('POST', '/compat/hmlet/login', { body: login });
    const headers = { authorization: `Bearer ${body.access_token}` };
    const path = '/compat/hmlet/upload-photo';
    const { body: upload } = await server.upload('alice', photo, { path, headers });
    const post = `/compat/hmlet/post-photo/${upload.id}`;
    const { status } = await server.send('POST', post, { headers });
    expect(status).toBe(201);
  }

  async function postAtMithril(username: string): Promise<void> {
    const headers = { authorization: person(username).token };
    const body = { data: photo.toString('base64') };
    const { status } = await server.send('POST', '/compat/mithril/api/picture', { headers, body });
    expect(status).toBe(201);
  }

  it.each([
    ['/v2', 'user-2', postAtV2],
    ['hmlet', 'user-3', postAtHmlet],
  ] as const)(
    'at %s, is given to strangers without its metadata, by mithril too',
    async (_contract, name, post) => {
      await post(name);
      const [unready] = await person('user-4').pictures(name);
      await server.work();
      const [seen] = await person('user-4').pictures(name);
      const [own] = await person(name).pictures(name);

      expect(photo.includes('Exif')).toBe(true);
      expect(unready?.includes('Exif')).toBe(false);
      expect(seen?.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
      expect(seen?.includes('Exif')).toBe(false);
      expect(own).toEqual(photo);
    },
  );

  it('at mithril, comes back exactly as it was, as that contract promises', async () => {
    await postAtMithril('user-4');
    await server.work();

    expect(await person('user-2').pictures('user-4')).toEqual([photo]);
    expect(await person('user-4').pictures('user-4')).toEqual([photo]);
  });

  it('has no metadata in any size, wherever it was posted', async () => {
    const alice = await server.upload('alice', photo);
    await aPost(server, 'alice', { mediaIds: [alice.body.id] });
    await server.upload('alice', photo, { path: '/v2/me/avatar', method: 'PUT' });
    await server.work();
    const rows = await server.app.database.selectFrom('media').selectAll().execute();
    const sizes = rows.flatMap(({ public_key, variants }) =>
      (JSON.parse(variants) as Array<{ size: string }>).map(
        ({ size }) => `/v2/media/${public_key}/${size}`,
      ),
    );
    const sent = await Promise.all(sizes.map((path) => server.send('GET', path)));

    expect(sent.length).toBeGreaterThanOrEqual(5 * 4);
    for (const { status, bytes } of sent) {
      expect(status).toBe(200);
      expect(bytes.includes('Exif')).toBe(false);
    }
  });
});
