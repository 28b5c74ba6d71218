import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import { likedPosts } from '../../src/domain/likes/liked-posts.ts';
import { type PostReader, postReader } from '../../src/domain/posts/post-reader.ts';
import { updatePost } from '../../src/domain/posts/post-store.ts';
import type { Viewer } from '../../src/domain/viewer.ts';
import { relationReader } from '../../src/domain/visibility/relations.ts';
import { sharedDatabase, type TestDatabase } from '../support/databases.ts';
import { aPhoto, aPicture, aPost, changeAccount } from '../support/given.ts';
import { type TestServer, testServer } from '../support/server.ts';

describe('what is remembered of posts', () => {
  let database: TestDatabase;
  let server: TestServer;
  let warm: PostReader;
  let viewer: Viewer;
  const ids: number[] = [];
  let pictures: number[] = [];

  beforeAll(async () => {
    database = await sharedDatabase(process.env.TEST_DATABASE);
    server = await testServer({ environment: { DATABASE_URL: database.url } });
    warm = newReader();
    pictures = [await aPicture(server, 'alice'), await aPicture(server, 'alice')];
    ids.push(await aPost(server, 'alice', { mediaIds: pictures }));
    ids.push(await aPost(server, 'alice', { state: 'draft' }));
    ids.push(await aPost(server, 'bob'));
    const { accessToken } = await server.tokens('alice');
    viewer = await server.app.services.sessions.resolve(accessToken, 'v2');
  });
  afterAll(async () => {
    await server.close();
    database.release();
  });

  // In this order, on the same posts: what each of them changes was remembered before.
  const writes: Array<[name: string, write: () => Promise<unknown>]> = [
    ['the worker has made the sizes of pictures', () => server.work()],
    ['a picture is described', () => send('PATCH', `/v2/media/${pictures[0]}`, { alt: 'A dune' })],
    ['a post is liked', () => send('PUT', `/v2/posts/${ids[2]}/like`)],
    ['a like is taken back', () => send('DELETE', `/v2/posts/${ids[2]}/like`)],
    ['a text is changed', () => send('PATCH', `/v2/posts/${ids[0]}`, { text: 'Changed.' })],
    ['an author is renamed', () => send('PATCH', '/v2/me', { displayName: 'Alice A.' })],
    [
      'an author has a picture',
      async () => {
        await server.upload('alice', await aPhoto(), { path: '/v2/me/avatar', method: 'PUT' });
        // Not there yet, and remembered so.
        await warm.readViews(ids, viewer);
        await server.work();
      },
    ],
    ['an author has none any more', () => send('DELETE', '/v2/me/avatar')],
    [
      'a draft has a picture',
      async () => {
        const mediaIds = [await aPicture(server, 'alice')];
        await send('PATCH', `/v2/posts/${ids[1]}`, { mediaIds });
        await server.work();
      },
    ],
    [
      'a draft has another picture',
      async () => {
        const mediaIds = [await aPicture(server, 'alice')];
        await send('PATCH', `/v2/posts/${ids[1]}`, { mediaIds });
      },
    ],
    ['a draft is published', () => send('POST', `/v2/posts/${ids[1]}/publish`)],
    ['an author is disabled', () => changeAccount(server, 'bob', { disabled: true })],
    ['an author is enabled again', () => changeAccount(server, 'bob', { disabled: false })],
    ['another process has written', writeElsewhere],
    ['a post is deleted', () => send('DELETE', `/v2/posts/${ids[0]}`)],
  ];

  it.each(writes)('is what SQL says when %s', async (_, write) => {
    const before = await warm.readViews(ids, viewer);
    await write();

    const after = await warm.readViews(ids, viewer);
    expect(after).toEqual(await newReader().readViews(ids, viewer));
    expect(after).not.toEqual(before);
  });

  it('is what SQL says after many have written and read at once', async () => {
    // It has ended when the account was disabled.
    server.forget('bob');
    const many = await Promise.all(
      Array.from({ length: 12 }, (_, i) => aPost(server, i % 2 === 0 ? 'alice' : 'bob')),
    );
    for (let wave = 0; wave < 8; wave += 1) {
      await Promise.all(
        many.flatMap((id, i) => [
          warm.readViews(many, viewer),
          server.send(wave % 2 === 0 ? 'PUT' : 'DELETE', `/v2/posts/${id}/like`, { as: 'alice' }),
          warm.readViews([id], viewer),
          server.send('PATCH', `/v2/posts/${id}`, {
            as: i % 2 === 0 ? 'alice' : 'bob',
            body: { text: `Wave ${wave}.` },
          }),
          ...(i === wave ? [server.send('DELETE', `/v2/posts/${id}`, { as: 'alice' })] : []),
          warm.readViews(many, viewer),
        ]),
      );

      const views = await warm.readViews(many, viewer);
      expect(views).toEqual(await newReader().readViews(many, viewer));
      expect(views.every(({ text }) => text === `Wave ${wave}.`)).toBe(true);
    }
  });

  /** One that remembers nothing yet. */
  function newReader(): PostReader {
    const { database } = server.app;
    const relations = relationReader(database, 10_000);
    return postReader({ database, relations, viewerStates: { likedByMe: likedPosts(database) } });
  }

  async function writeElsewhere(): Promise<void> {
    const other = openDatabase(database.url);
    await other.transaction((tx) => updatePost(tx, ids[2] ?? 0, ['published'], { text: 'Else.' }));
    await other.close();
  }

  async function send(
    method: 'PUT' | 'PATCH' | 'POST' | 'DELETE',
    path: string,
    body?: object,
  ): Promise<void> {
    const { status } = await server.send(method, path, { as: 'alice', body });
    expect(status).toBeLessThan(300);
  }
});
