import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPicture, aPost, changeAccount } from '../../support/given.ts';
import { type Person, passwords, type TestServer, testServer } from '../../support/server.ts';

/** Skeletons of feeds read only the feed key (docs/decisions/0032). Here it is wrong, as after a bug, so the rule must hide the posts. */
describe('a post with a feed key that it should not have', () => {
  let server: TestServer;
  let shown: number;
  const names = new Map<number, string>();

  beforeAll(async () => {
    server = await testServer({ contracts: 'all' });
    shown = await aPost(server, 'bob', { mediaIds: [await aPicture(server, 'bob')] });
    await plant('alice', 'draft', 'draft');
    await plant('alice', 'deleted', 'deleted');
    await plant('bob', 'own draft', 'draft');
    await plant('carla', 'post of somebody disabled', 'published');
    for (const followee of ['alice', 'carla']) {
      await server.send('PUT', `/v2/users/${followee}/follow`, { as: 'bob' });
    }
    // The job that removes the key does not run.
    await changeAccount(server, 'carla', { disabled: true });
  }, 120_000);

  afterAll(() => server.close());

  /** Writes a row whose state and key do not fit together. The key puts it first in every feed. */
  async function plant(author: Person, name: string, state: 'draft' | 'deleted' | 'published') {
    const mediaIds = [await aPicture(server, author)];
    const id = await aPost(server, author, { state: 'draft', mediaIds });
    await server.app.database.transaction(async (tx) => {
      const values = { state, feed_key: Number.MAX_SAFE_INTEGER - 10 - id } as const;
      await tx.updateTable('posts').set(values).where('id', '=', id).execute();
    });
    names.set(id, name);
  }

  function namesIn(items: ReadonlyArray<{ id: number }>): string[] {
    return items.map(({ id }) => names.get(id) ?? (id === shown ? 'shown' : `unknown: ${id}`));
  }

  it.each([
    ['/v2/explore', 'shown'],
    ['/v2/explore?filter=with-media', 'shown'],
    ['/v2/timeline', 'shown'],
    ['/v2/users/bob/posts', 'shown'],
    ['/v2/users/bob/posts?filter=with-media', 'shown'],
    ['/v2/users/alice/posts', ''],
    ['/v2/users/alice/posts?filter=with-media', ''],
  ])('is not in %s, which has full pages', async (path, expected) => {
    const separator = path.includes('?') ? '&' : '?';
    const page = await server.send('GET', `${path}${separator}limit=1`, { as: 'bob' });

    expect(namesIn(page.body.items).join()).toBe(expected);
    expect(page.body.nextCursor).toBe(null);
  });

  it('is in the list where it belongs', async () => {
    const { body } = await server.send('GET', '/v2/drafts', { as: 'bob' });

    expect(namesIn(body.items)).toEqual(['own draft']);
  });

  it('is in no list of an older contract', async () => {
    const password = passwords.bob;
    const logIn = async (contract: string, body: object) =>
      (await server.send('POST', `/compat/${contract}/login`, { body })).body.access_token;
    const list = async (path: string, authorization: string) =>
      (await server.send('GET', `/compat/${path}`, { headers: { authorization } })).body;
    const miniSns = await logIn('mini-sns', { email: 'bob@example.com', password });
    const hmlet = await logIn('hmlet', { username: 'bob', password });
    const { timeline } = await list('mini-sns/timeline?detail=1', miniSns);
    const { photos } = await list('hmlet/all-photos?order=desc', `Bearer ${hmlet}`);

    expect(namesIn(timeline)).toEqual(['shown']);
    // Drafts of the viewer are part of this list.
    expect(namesIn(photos).toSorted()).toEqual(['own draft', 'shown']);
  });
});
