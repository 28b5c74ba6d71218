import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aPost, aStaffMember } from '../../support/given.ts';
import { type Mailed, mailed } from '../../support/mailed.ts';
import { refusals } from '../../support/scenarios.ts';
import { type Person, type TestServer, testServer } from '../../support/server.ts';

const signUp = async (s: TestServer) => {
  for (const person of ['alice', 'bob', 'carla'] as const) await s.tokens(person);
};

refusals('a report is refused', [
  {
    name: 'without a token',
    send: ['POST', '/v2/reports', { username: 'bob', category: 'spam', comment: 'Spam.' }],
    expect: [401],
  },
  {
    name: 'of an unknown account',
    as: 'alice',
    send: ['POST', '/v2/reports', { username: 'nobody', category: 'spam', comment: 'Spam.' }],
    expect: [422, { fields: [{ field: 'username' }] }],
  },
  {
    name: 'of oneself',
    as: 'alice',
    given: signUp,
    send: ['POST', '/v2/reports', { username: 'alice', category: 'spam', comment: 'Spam.' }],
    expect: [422, { fields: [{ field: 'username' }] }],
  },
  {
    name: 'that says nothing',
    as: 'alice',
    given: signUp,
    send: ['POST', '/v2/reports', { username: 'bob', category: 'spam', comment: ' ' }],
    expect: [422, { fields: [{ field: 'comment' }] }],
  },
  {
    name: 'with a comment that is too long',
    as: 'alice',
    given: signUp,
    send: ['POST', '/v2/reports', { username: 'bob', category: 'spam', comment: 'x'.repeat(1001) }],
    expect: [422, { fields: [{ field: 'comment' }] }],
  },
  {
    name: 'of a kind that does not exist',
    as: 'alice',
    given: signUp,
    send: ['POST', '/v2/reports', { username: 'bob', category: 'boring', comment: 'Yes.' }],
    expect: [422, { fields: [{ field: 'category' }] }],
  },
  {
    name: 'with a post of somebody else',
    as: 'alice',
    given: async (s) => {
      await signUp(s);
      return { post: await aPost(s, 'carla') };
    },
    send: ['POST', '/v2/reports', { username: 'bob', postIds: ['#{post}'], category: 'spam' }],
    expect: [422, { fields: [{ field: 'postIds.0' }] }],
  },
  {
    name: 'with a draft',
    as: 'alice',
    given: async (s) => {
      await signUp(s);
      return { post: await aPost(s, 'bob', { state: 'draft' }) };
    },
    send: ['POST', '/v2/reports', { username: 'bob', postIds: ['#{post}'], category: 'spam' }],
    expect: [422, { fields: [{ field: 'postIds.0' }] }],
  },
]);

/** Alice reports bob, carla is a moderator. */
describe('a report', () => {
  let rig: Mailed;
  let server: TestServer;
  let post: number;

  beforeAll(async () => {
    rig = await mailed();
    server = rig.server;
    await rig.signUp('bob');
    await rig.mailsTo('bob@example.com');
    await server.tokens('alice');
    await aStaffMember(server, 'carla', 'moderator');
  });

  afterAll(() => rig.close());

  beforeEach(async () => {
    post = await aPost(server, 'bob', { text: 'Buy now.' });
  });

  const send = (as: Person, method: 'GET' | 'POST', path: string, body?: object) =>
    server.send(method, `/v2${path}`, { as, body });

  async function report(as: Person = 'alice'): Promise<number> {
    const body = { username: 'bob', postIds: [post], category: 'spam', comment: 'Again.' };
    const { status, body: made } = await send(as, 'POST', '/reports', body);
    expect([status, Object.keys(made)]).toEqual([201, ['id', 'category', 'createdAt']]);
    return made.id;
  }

  it('is shown to moderators, with the posts as they were', async () => {
    const id = await report();
    await server.send('PATCH', `/v2/posts/${post}`, { as: 'bob', body: { text: 'Nice weather.' } });
    const { body } = await send('carla', 'GET', '/admin/reports');

    expect(body.items[0]).toMatchObject({
      id,
      state: 'open',
      category: 'spam',
      comment: 'Again.',
      reporter: { username: 'alice' },
      target: { username: 'bob' },
      posts: [{ id: post, text: 'Buy now.', isPublished: true }],
      resolvedAt: null,
    });
    expect((await send('carla', 'GET', `/admin/reports/${id}`)).body).toEqual(body.items[0]);
  });

  it('is shown to nobody else', async () => {
    const id = await report();
    for (const path of ['/admin/reports', `/admin/reports/${id}`]) {
      expect((await send('bob', 'GET', path)).status).toBe(403);
    }
    const answers = ['resolve', 'reopen'].map((verb) =>
      send('bob', 'POST', `/admin/reports/${id}/${verb}`, { action: 'none' }),
    );
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([403, 403]);
  });

  it('is closed without consequences', async () => {
    const id = await report();
    const path = `/admin/reports/${id}/resolve`;
    const resolved = await send('carla', 'POST', path, { action: 'none', note: 'It is art.' });
    const open = (await send('carla', 'GET', '/admin/reports?limit=100')).body.items;
    const closed = (await send('carla', 'GET', '/admin/reports?state=resolved')).body.items;

    expect(resolved.body).toMatchObject({ state: 'resolved', action: 'none', note: 'It is art.' });
    expect(open.map((it: { id: number }) => it.id)).not.toContain(id);
    expect(closed[0].id).toBe(id);
    expect((await send('alice', 'GET', `/posts/${post}`)).status).toBe(200);
  });

  it('is closed by removing its posts, and the author learns why', async () => {
    const id = await report();
    const body = { action: 'remove-posts', note: 'Advertising is not allowed here.' };
    const { status, body: resolved } = await send(
      'carla',
      'POST',
      `/admin/reports/${id}/resolve`,
      body,
    );
    const mail = await rig.mailTo('bob@example.com');

    expect([status, resolved.posts[0].isPublished]).toEqual([200, false]);
    expect((await send('alice', 'GET', `/posts/${post}`)).status).toBe(404);
    expect(mail.text).toContain('Advertising is not allowed here.');
    expect(mail.text).not.toContain('alice');
  });

  it('is not closed with a removal that gives no reason', async () => {
    const id = await report();
    const path = `/admin/reports/${id}/resolve`;
    const answer = await send('carla', 'POST', path, { action: 'remove-posts' });

    expect(answer.body.fields).toMatchObject([{ field: 'note' }]);
    expect((await send('carla', 'GET', `/admin/reports/${id}`)).body.state).toBe('open');
  });

  it('is closed once, by one of two moderators, and can be opened again', async () => {
    const id = await report();
    const path = `/admin/reports/${id}`;
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => send('carla', 'POST', `${path}/resolve`, { action: 'none' })),
    );
    const reopened = await send('carla', 'POST', `${path}/reopen`);
    const again = await send('carla', 'POST', `${path}/reopen`);

    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([200, 409, 409, 409, 409, 409]);
    expect(reopened.body).toMatchObject({ state: 'open', action: null, resolvedAt: null });
    expect(again.status).toBe(409);
  });

  it('is in the audit log, without the name of the reporter', async () => {
    const id = await report();
    await send('carla', 'POST', `/admin/reports/${id}/resolve`, { action: 'none' });
    const rows = await server.app.database
      .selectFrom('audit_log')
      .selectAll()
      .where('action', '=', 'report.resolved')
      .orderBy('id', 'desc')
      .execute();

    expect(JSON.parse(rows[0]?.details ?? '')).toEqual({ reportId: id, action: 'none' });
  });

  it('is one report under one idempotency key, and stays when the reporter is blocked', async () => {
    await server.send('PUT', '/v2/users/alice/block', { as: 'bob' });
    const body = { username: 'bob', category: 'harassment', comment: 'He blocked me.' };
    const headers = { 'idempotency-key': 'once' };
    const made = await Promise.all(
      [1, 2, 3].map(() => server.send('POST', '/v2/reports', { as: 'alice', body, headers })),
    );

    expect(made.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(made.map(({ body: { id } }) => id)).size).toBe(1);
    await server.send('DELETE', '/v2/users/alice/block', { as: 'bob' });
  });
});

describe('reports of an account that is closed', () => {
  it('go with it; those by it stay, without a name', async () => {
    const server = await testServer();
    await signUp(server);
    await aStaffMember(server, 'carla', 'moderator');
    const say = (as: Person, username: Person) =>
      server.send('POST', '/v2/reports', {
        as,
        body: { username, category: 'other', comment: 'Look.' },
      });
    await say('alice', 'bob');
    await say('bob', 'alice');
    const { services } = server.app;
    const { accessToken } = await server.tokens('alice');
    const viewer = await services.sessions.resolve(accessToken, 'v2');
    await services.closing.closeMe(viewer, { password: 'alice-likes-dunes', address: '' });
    await server.work();

    const { body } = await server.send('GET', '/v2/admin/reports', { as: 'carla' });
    expect(body.items).toMatchObject([{ reporter: null, target: { username: 'bob' } }]);
    await server.close();
  });
});
