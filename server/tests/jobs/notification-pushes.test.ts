import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Events } from '../../src/domain/events.ts';
import { aDevice, aPost } from '../support/given.ts';
import { type Person, type TestServer, testServer } from '../support/server.ts';
import { type Jobs, jobsOf } from './jobs.ts';

const minuteMs = 60_000;

describe('pushes about what others did', { timeout: 60_000 }, () => {
  let server: TestServer;
  let jobs: Jobs;
  let wanted: Array<Events['push.wanted']>;
  let postId: number;

  beforeEach(async () => {
    server = await testServer();
    wanted = [];
    const hear = {
      name: 'hear',
      run: async (push: Events['push.wanted']) => void wanted.push(push),
    };
    jobs = await jobsOf(server, { ...server.app.subscriptions, 'push.wanted': [hear] });
    await server.tokens('bob');
    for (const person of ['alice', 'carla'] as const) await aDevice(server, person);
    postId = await aPost(server, 'alice');
    await jobs.relay.drain();
  });

  afterEach(() => server.close());

  const like = async (as: Person) => {
    await server.send('PUT', `/v2/posts/${postId}/like`, { as });
    await jobs.relay.drain();
  };

  const follow = async (method: 'PUT' | 'DELETE', as: Person) => {
    await server.send(method, '/v2/users/alice/follow', { as });
    await jobs.relay.drain();
  };

  const endSessionsOf = (username: string) =>
    server.app.database.transaction(async (tx) => {
      const owner = tx.selectFrom('accounts').select('id').where('username', '=', username);
      const ended_at = server.clock.now().toISOString();
      await tx.updateTable('sessions').set({ ended_at }).where('account_id', 'in', owner).execute();
      server.forget('alice');
    });

  it('are wanted for a follower, a like and a mention, in the language of the owner', async () => {
    await server.app.database.transaction((tx) =>
      tx.updateTable('accounts').set({ language: 'es' }).where('username', '=', 'carla').execute(),
    );
    await follow('PUT', 'bob');
    await like('bob');
    await aPost(server, 'alice', { text: 'With @carla.' });
    await jobs.relay.drain();

    expect(wanted).toMatchObject([
      { kind: 'followed', body: 'bob follows you.', data: { username: 'bob' } },
      { kind: 'liked', title: 'New like', body: 'bob likes your post.' },
      { kind: 'mentioned', title: 'Te mencionaron', body: 'alice te mencionó en una publicación.' },
    ]);
    expect(wanted[1]?.data).toEqual({
      notificationId: `liked:${postId}`,
      username: 'bob',
      postId: String(postId),
    });
  });

  it('are wanted once in ten minutes for the likes of one post', async () => {
    await like('bob');
    await like('carla');
    server.clock.advance(10 * minuteMs);
    await server.send('DELETE', `/v2/posts/${postId}/like`, { as: 'carla' });
    await jobs.relay.drain();
    await like('carla');

    expect(wanted.map(({ body }) => body)).toEqual([
      'bob likes your post.',
      'carla and 1 more like your post.',
    ]);
  });

  it('are wanted once a day for a follower who comes and goes', async () => {
    await follow('PUT', 'bob');
    server.clock.advance(60 * minuteMs);
    server.forget('bob');
    await follow('DELETE', 'bob');
    await follow('PUT', 'bob');
    const withinTheDay = wanted.length;
    server.clock.advance(24 * 60 * minuteMs);
    server.forget('bob');
    await follow('DELETE', 'bob');
    await follow('PUT', 'bob');

    expect([withinTheDay, wanted.length]).toEqual([1, 2]);
  });

  it('are not wanted while nobody has a device, nor for one whose session has ended', async () => {
    await server.send('PUT', '/v2/users/bob/follow', { as: 'carla' });
    await jobs.relay.drain();
    await endSessionsOf('alice');
    await follow('PUT', 'bob');
    const before = [...wanted];
    await aDevice(server, 'alice');
    await like('bob');

    expect(before).toEqual([]);
    expect(wanted.map(({ kind }) => kind)).toEqual(['liked']);
  });

  it('are not wanted for kinds that the owner does not want', async () => {
    const path = '/v2/me/notification-settings';
    const before = await server.send('GET', path, { as: 'alice' });
    const changes = [{ liked: false }, { followed: false }, { liked: true }];
    for (const push of changes) await server.send('PATCH', path, { as: 'alice', body: { push } });
    const after = await server.send('GET', path, { as: 'alice' });
    await follow('PUT', 'bob');
    await like('bob');

    expect(before.body).toEqual({
      push: { followed: true, liked: true, mentioned: true, replied: true },
    });
    expect(after.body).toEqual({
      push: { followed: false, liked: true, mentioned: true, replied: true },
    });
    expect(wanted.map(({ kind }) => kind)).toEqual(['liked']);
  });
});
