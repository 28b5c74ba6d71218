import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aPhoto, aPicture, aPost, aStaffMember, changeAccount } from '../../support/given.ts';
import { type Mailed, mailed } from '../../support/mailed.ts';
import { beforeTransaction } from '../../support/races.ts';
import type { Answer, Person, TestServer } from '../../support/server.ts';

const reason = 'Advertising is not allowed here.';

let rig: Mailed;
let server: TestServer;

beforeEach(async () => {
  rig = await mailed();
  server = rig.server;
  await rig.signUp('alice');
  await aStaffMember(server, 'bob', 'moderator');
  await rig.mailsTo('alice@example.com');
});

afterEach(() => rig.close());

const remove = (
  what: 'posts' | 'media',
  id: number,
  as: Person = 'bob',
  body: object = { reason },
) => server.send('DELETE', `/v2/admin/${what}/${id}`, { as, body });

const outcome = ({ status, body }: Answer) => (status === 204 ? 204 : [status, body.code]);

async function listed(path: string): Promise<number[]> {
  const { body } = await server.send('GET', path);
  return body.items.map(({ id }: { id: number }) => id);
}

describe('a post that a moderator removes', () => {
  it('is gone everywhere at once, with its pictures a little later', async () => {
    const picture = await aPicture(server, 'alice');
    const id = await aPost(server, 'alice', { text: 'Buy now.', mediaIds: [picture] });
    const other = await aPost(server, 'alice');
    await server.work();

    const removed = await remove('posts', id);
    const read = await server.send('GET', `/v2/posts/${id}`, { as: 'alice' });
    const { body: author } = await server.send('GET', '/v2/users/alice');
    const lists = [await listed('/v2/explore'), await listed('/v2/users/alice/posts')];
    await server.work();
    const left = await server.app.database.selectFrom('media').select('id').execute();

    expect(removed.status).toBe(204);
    expect(read.status).toBe(404);
    expect(author.postCount).toBe(1);
    expect(lists).toEqual([[other], [other]]);
    expect(left).toEqual([]);
  });

  it('is explained to its author, and kept in the audit log', async () => {
    const id = await aPost(server, 'alice', { text: 'Buy now.' });
    await remove('posts', id);
    const mail = await rig.mailTo('alice@example.com');
    const { body: own } = await server.send('GET', '/v2/me/audit-log?limit=1', { as: 'alice' });
    await aStaffMember(server, 'carla', 'admin');
    const log = await server.send('GET', '/v2/admin/audit-log?action=post.removed', {
      as: 'carla',
    });

    expect(mail.subject).toBe('Your post was removed');
    expect(mail.text).toContain('Buy now.');
    expect(mail.text).toContain(reason);
    expect(own.items).toMatchObject([{ action: 'post.removed', by: 'staff', address: null }]);
    expect(log.body.items).toMatchObject([{ details: { postId: id, reason } }]);
  });

  it('is explained in the language of its author', async () => {
    const id = await aPost(server, 'alice');
    await server.app.database.kysely
      .updateTable('accounts')
      .set({ language: 'es' })
      .where('username', '=', 'alice')
      .execute();
    await remove('posts', id);

    expect((await rig.mailTo('alice@example.com')).subject).toBe(
      'Se ha retirado una publicación tuya',
    );
  });

  it('is not found again, nor is a draft or one that never was', async () => {
    const id = await aPost(server, 'alice');
    const draft = await aPost(server, 'alice', { state: 'draft' });
    await remove('posts', id);

    for (const missing of [id, draft, 2_147_483_647]) {
      expect(outcome(await remove('posts', missing))).toEqual([404, 'not_found']);
    }
    expect((await server.send('GET', `/v2/posts/${draft}`, { as: 'alice' })).status).toBe(200);
  });

  it('needs a reason of one line', async () => {
    const id = await aPost(server, 'alice');
    const bodies = [
      {},
      { reason: '' },
      { reason: ' ' },
      { reason: 'a\nb' },
      { reason: 'x'.repeat(501) },
    ];

    for (const body of bodies) {
      expect(outcome(await remove('posts', id, 'bob', body))).toEqual([422, 'invalid']);
    }
    expect((await server.send('GET', `/v2/posts/${id}`)).status).toBe(200);
  });

  it('is removed once, when its author deletes it at the same moment', async () => {
    const id = await aPost(server, 'alice');
    await server.work();
    const hasRun = beforeTransaction(server, () =>
      server.send('DELETE', `/v2/posts/${id}`, { as: 'alice' }),
    );
    const removed = await remove('posts', id);
    const { body: author } = await server.send('GET', '/v2/users/alice');

    expect(hasRun()).toBe(true);
    expect(outcome(removed)).toEqual([404, 'not_found']);
    expect(author.postCount).toBe(0);
    expect(await rig.mailsTo('alice@example.com')).toEqual([]);
  });
});

describe('who may remove a post of whom', () => {
  it.each([
    ['moderator', 'user', 204],
    ['moderator', 'moderator', [403, 'forbidden']],
    ['moderator', 'admin', [403, 'forbidden']],
    ['admin', 'moderator', 204],
    ['admin', 'admin', 204],
  ] as const)('%s of %s', async (role, other, expected) => {
    const id = await aPost(server, 'alice');
    await aStaffMember(server, 'carla', 'admin');
    await changeAccount(server, 'alice', { role: other });
    await changeAccount(server, 'bob', { role });

    expect(outcome(await remove('posts', id))).toEqual(expected);
  });

  it('nobody without a role, not even the author', async () => {
    expect(outcome(await remove('posts', await aPost(server, 'alice'), 'alice'))).toEqual([
      403,
      'forbidden',
    ]);
  });

  it('a moderator of their own', async () => {
    expect(outcome(await remove('posts', await aPost(server, 'bob')))).toBe(204);
  });

  it('a moderator who is none any more when it is done', async () => {
    const id = await aPost(server, 'alice');
    await server.work();
    const hasRun = beforeTransaction(server, () => changeAccount(server, 'bob', { role: 'user' }));

    expect(outcome(await remove('posts', id))).toEqual([403, 'forbidden']);
    expect(hasRun()).toBe(true);
  });
});

describe('a picture that a moderator removes', () => {
  it('leaves the rest of its post', async () => {
    const [first, second] = [await aPicture(server, 'alice'), await aPicture(server, 'alice')];
    const id = await aPost(server, 'alice', { text: '', mediaIds: [first, second] });
    await server.work();
    const { body: before } = await server.send('GET', `/v2/posts/${id}`);
    const removed = await remove('media', first);
    const { body: after } = await server.send('GET', `/v2/posts/${id}`);
    const file = await server.send('GET', new URL(before.media[0].images[0].url).pathname);
    const mail = await rig.mailTo('alice@example.com');

    expect(removed.status).toBe(204);
    expect(after.media.map((picture: { id: number }) => picture.id)).toEqual([second]);
    expect(file.status).toBe(404);
    expect(mail.subject).toBe('Your picture was removed');
  });

  it('takes a post with it that has nothing else', async () => {
    const picture = await aPicture(server, 'alice');
    const id = await aPost(server, 'alice', { text: '', mediaIds: [picture] });
    await remove('media', picture);

    expect((await server.send('GET', `/v2/posts/${id}`, { as: 'alice' })).status).toBe(404);
    expect((await rig.mailTo('alice@example.com')).subject).toBe('Your post was removed');
  });

  it('leaves a post its text', async () => {
    const picture = await aPicture(server, 'alice');
    const id = await aPost(server, 'alice', { text: 'Look.', mediaIds: [picture] });
    await remove('media', picture);
    const { body } = await server.send('GET', `/v2/posts/${id}`);
    const { body: explore } = await server.send('GET', '/v2/explore?filter=with-media');

    expect([body.text, body.media]).toEqual(['Look.', []]);
    expect(explore.items).toEqual([]);
  });

  it('can be the profile picture', async () => {
    await server.upload('alice', await aPhoto(), { path: '/v2/me/avatar', method: 'PUT' });
    await server.work();
    const row = await server.app.database
      .selectFrom('accounts')
      .select('avatar_media_id')
      .where('username', '=', 'alice')
      .executeTakeFirstOrThrow();
    const removed = await remove('media', row.avatar_media_id ?? 0);
    const { body: author } = await server.send('GET', '/v2/users/alice');

    expect(removed.status).toBe(204);
    expect(author.avatar).toBeNull();
  });

  it('is not found in a draft, nor unused', async () => {
    const [unused, drafted] = [await aPicture(server, 'alice'), await aPicture(server, 'alice')];
    await aPost(server, 'alice', { state: 'draft', mediaIds: [drafted] });

    for (const id of [unused, drafted, 2_147_483_647]) {
      expect(outcome(await remove('media', id))).toEqual([404, 'not_found']);
    }
  });
});
