import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Viewer } from '../../../src/domain/viewer.ts';
import { aPost, aStaffMember, changeAccount } from '../../support/given.ts';
import { smallPicture } from '../../support/pictures.ts';
import { beforeTransaction } from '../../support/races.ts';
import { type Answer, passwords, type TestServer, testServer } from '../../support/server.ts';

let server: TestServer;
let post: number;
let draft: number;
let reply: number;
let picture: number;
let group: number;
let bobId: number;

beforeAll(async () => {
  server = await testServer();
  await aStaffMember(server, 'carla', 'admin');
});

afterAll(() => server.close());

beforeEach(async () => {
  for (const person of ['alice', 'bob'] as const) await revive(person);
  picture = (await server.upload('alice', await smallPicture('png'))).body.id;
  draft = await aPost(server, 'alice', { text: 'Draft.', state: 'draft' });
  post = await aPost(server, 'alice');
  reply = await aPost(server, 'alice', { replyToId: post, state: 'draft' });
  bobId = (await send('bob', 'GET', '/me')).body.id;
  const { body } = await send('carla', 'POST', '/admin/groups', { name: `Group ${draft}` });
  group = body.id;
  // Ids are leased in a transaction of their own, which is not the one that is raced for.
  await send('bob', 'POST', '/posts', { text: 'Warm.' });
  await send('bob', 'PUT', '/me/devices/warm', { type: 'android', token: 'warm' });
  await server.work();
});

/** Somebody whom an earlier test has disabled, or who has closed their account. */
async function revive(person: Name): Promise<void> {
  if ((await send(person, 'GET', '/me')).status === 200) return;
  server.forget(person);
  await changeAccount(server, person, { disabled: false }).catch(() => {});
  await server.tokens(person);
}

type Method = Parameters<TestServer['send']>[0];
type Name = Parameters<TestServer['upload']>[0];

const send = (as: Name, method: Method, path: string, body?: unknown): Promise<Answer> =>
  server.send(method, `/v2${path}`, { as, body });

async function viewerOf(as: Name): Promise<Viewer> {
  const { accessToken } = await server.tokens(as);
  return server.app.services.sessions.resolve(accessToken, 'v2');
}

async function close(as: Name): Promise<void> {
  await server.app.services.closing.closeMe(await viewerOf(as), {
    password: passwords[as],
    address: '',
  });
}

async function purge(as: Name): Promise<void> {
  await close(as);
  await server.work();
}

/** What another request does in between. */
const meanwhile = {
  'the draft is published': () => send('alice', 'POST', `/posts/${draft}/publish`),
  'the draft gets a text': () => send('alice', 'PATCH', `/posts/${draft}`, { text: 'Other.' }),
  'the draft is deleted': () => send('alice', 'DELETE', `/posts/${draft}`),
  'the post is deleted': () => send('alice', 'DELETE', `/posts/${post}`),
  'the post is deleted and purged': async () => {
    await send('alice', 'DELETE', `/posts/${post}`);
    await server.work();
  },
  'alice is disabled': () => changeAccount(server, 'alice', { disabled: true }),
  'alice is gone': () => purge('alice'),
  'alice has closed her account': () => close('alice'),
  'bob is disabled': () => changeAccount(server, 'bob', { disabled: true }),
  'bob has closed his account': () => close('bob'),
  'bob is gone': () => purge('bob'),
  'bob registers the device again': () =>
    send('bob', 'PUT', '/me/devices/warm', { type: 'android', token: 'other' }),
  'the group is deleted': () => send('carla', 'DELETE', `/admin/groups/${group}`),
  'bob has followed': () => send('bob', 'PUT', '/users/alice/follow'),
  'bob has liked': () => send('bob', 'PUT', `/posts/${post}/like`),
};

const verbs = {
  'PATCH of the draft': () => send('alice', 'PATCH', `/posts/${draft}`, { text: 'New.' }),
  'PATCH of its pictures': () => send('alice', 'PATCH', `/posts/${draft}`, { mediaIds: [picture] }),
  'DELETE of the draft': () => send('alice', 'DELETE', `/posts/${draft}`),
  'publication of the draft': () => send('alice', 'POST', `/posts/${draft}/publish`),
  'like by bob': () => send('bob', 'PUT', `/posts/${post}/like`),
  'unlike by bob': () => send('bob', 'DELETE', `/posts/${post}/like`),
  'follow by bob': () => send('bob', 'PUT', '/users/alice/follow'),
  'unfollow by bob': () => send('bob', 'DELETE', '/users/alice/follow'),
  'reply of bob': () => send('bob', 'POST', '/posts', { text: 'Hello.', replyToId: post }),
  'publication of a reply': async () => send('alice', 'POST', `/posts/${reply}/publish`),
  'post of bob': () => send('bob', 'POST', '/posts', { text: 'Hello.' }),
  'upload of bob': async () => server.upload('bob', await smallPicture('png')),
  'avatar of bob': async () =>
    server.upload('bob', await smallPicture('png'), { path: '/v2/me/avatar', method: 'PUT' }),
  'device of bob': () => send('bob', 'PUT', '/me/devices/warm', { type: 'ios', token: 'new' }),
  'DELETE of the device': () => send('bob', 'DELETE', '/me/devices/warm'),
  'push settings of bob': () =>
    send('bob', 'PATCH', '/me/notification-settings', { push: { liked: false } }),
  'profile of bob': () => send('bob', 'PATCH', '/me', { bio: 'New.' }),
  'authenticator of bob': () => send('bob', 'POST', '/me/totp', { password: passwords.bob }),
  'app password of bob': () =>
    send('bob', 'POST', '/me/app-passwords', { name: 'Mail', password: passwords.bob }),
  'e-mail of bob': () =>
    send('bob', 'POST', '/me/email', { email: 'new@example.com', password: passwords.bob }),
  'phone of bob': () => send('bob', 'POST', '/me/phone', { phone: '+59898983510' }),
  'membership of bob': async () => send('carla', 'PUT', `/admin/groups/${group}/members/${bobId}`),
};

type Row = [verb: keyof typeof verbs, write: keyof typeof meanwhile, statuses: number[]];

const table: Row[] = [
  ['PATCH of the draft', 'the draft is published', [200]],
  ['PATCH of the draft', 'the draft gets a text', [200]],
  ['PATCH of the draft', 'the draft is deleted', [404]],
  ['PATCH of its pictures', 'the draft is published', [409]],
  ['PATCH of its pictures', 'the draft gets a text', [200]],
  ['PATCH of its pictures', 'the draft is deleted', [404]],
  ['DELETE of the draft', 'the draft is published', [204]],
  ['DELETE of the draft', 'the draft gets a text', [204]],
  ['DELETE of the draft', 'the draft is deleted', [404]],
  ['publication of the draft', 'the draft is published', [200]],
  ['publication of the draft', 'the draft gets a text', [200]],
  ['publication of the draft', 'the draft is deleted', [404]],
  ['reply of bob', 'the post is deleted', [422]],
  ['reply of bob', 'the post is deleted and purged', [422]],
  ['reply of bob', 'alice is disabled', [422]],
  ['reply of bob', 'alice is gone', [422]],
  ['reply of bob', 'bob is disabled', [401]],
  ['reply of bob', 'bob has closed his account', [401]],
  ['publication of a reply', 'the post is deleted', [409]],
  ['publication of a reply', 'the post is deleted and purged', [409]],
  ['publication of a reply', 'alice is disabled', [401]],
  ['like by bob', 'the post is deleted', [404]],
  ['like by bob', 'the post is deleted and purged', [404]],
  ['like by bob', 'alice is disabled', [404]],
  ['like by bob', 'alice is gone', [404]],
  ['like by bob', 'bob has liked', [200]],
  ['unlike by bob', 'the post is deleted and purged', [404]],
  ['unlike by bob', 'alice is gone', [404]],
  ['follow by bob', 'alice has closed her account', [404]],
  ['follow by bob', 'alice is disabled', [404]],
  ['follow by bob', 'alice is gone', [404]],
  ['follow by bob', 'bob has followed', [200]],
  ['unfollow by bob', 'alice is gone', [404]],
  ['DELETE of the device', 'bob registers the device again', [204]],
  ['device of bob', 'bob registers the device again', [200]],
  ['membership of bob', 'the group is deleted', [404]],
];

/** Whatever they are doing, somebody whose account has ended meanwhile is refused. */
const ends = ['bob is disabled', 'bob has closed his account', 'bob is gone'] as const;
const doneByBob = (Object.keys(verbs) as Array<keyof typeof verbs>).filter((it) =>
  / (of|by) bob$/.test(it),
);

/** An admin does this one: a disabled account may be a member, one that is closed is not there. */
const others: Partial<Record<keyof typeof verbs, number[]>> = {
  'membership of bob': [204, 404, 404],
};

describe('what another request does right before the transaction', () => {
  it.each(table)('%s, while %s: %j', async (verb, write, statuses) => {
    const hasRun = beforeTransaction(server, meanwhile[write]);
    const { status, body } = await verbs[verb]();

    expect(hasRun()).toBe(true);
    expect(statuses, JSON.stringify(body)).toContain(status);
  });

  it.each(doneByBob.flatMap((verb) => ends.map((end, i) => [verb, end, i] as const)))(
    '%s, while %s, is refused',
    async (verb, end, i) => {
      const hasRun = beforeTransaction(server, meanwhile[end]);
      const { status, body } = await verbs[verb]();

      expect(hasRun(), JSON.stringify(body)).toBe(true);
      expect(status, JSON.stringify(body)).toBe(others[verb]?.[i] ?? 401);
    },
  );
});

describe('requests at once', { timeout: 60_000 }, () => {
  const rounds = Array.from({ length: 12 });

  it('a draft that is deleted beside its publication is gone', async () => {
    const seen: unknown[] = [];
    for (const _ of rounds) {
      const id = await aPost(server, 'alice', { state: 'draft' });
      const [, removed] = await Promise.all([
        send('alice', 'POST', `/posts/${id}/publish`),
        send('alice', 'DELETE', `/posts/${id}`),
      ]);
      seen.push([removed.status, (await send('alice', 'GET', `/posts/${id}`)).status]);
    }
    const listed = await send('alice', 'GET', '/users/alice/posts?limit=100');
    const { body } = await send('alice', 'GET', '/me');

    expect(seen).toEqual(rounds.map(() => [204, 404]));
    expect(body.postCount).toBe(listed.body.items.length);
  });

  it('two changes of one draft are both kept', async () => {
    const seen: unknown[] = [];
    for (const _ of rounds) {
      const id = await aPost(server, 'alice', { text: 'Old.', state: 'draft' });
      const answers = await Promise.all([
        send('alice', 'PATCH', `/posts/${id}`, { text: 'New.' }),
        send('alice', 'PATCH', `/posts/${id}`, { mediaIds: [picture] }),
        send('alice', 'POST', `/posts/${id}/publish`),
      ]);
      const { body } = await send('alice', 'GET', `/posts/${id}`);
      const hasPicture = answers[1].status === 200;
      seen.push([body.text, body.state, body.media.length === (hasPicture ? 1 : 0)]);
      await send('alice', 'DELETE', `/posts/${id}`);
      await server.work();
      picture = (await server.upload('alice', await smallPicture('png'))).body.id;
    }

    expect(seen).toEqual(rounds.map(() => ['New.', 'published', true]));
  });

  it('likes of a post that is being deleted are counted or refused', async () => {
    const statuses = new Set<number>();
    for (const _ of rounds) {
      const id = await aPost(server, 'alice');
      const answers = await Promise.all([
        send('alice', 'DELETE', `/posts/${id}`).then(async (answer) => {
          await server.work();
          return answer;
        }),
        ...(['bob', 'carla', 'bob', 'carla'] as const).map((who) =>
          send(who, 'PUT', `/posts/${id}/like`),
        ),
      ]);
      for (const { status } of answers.slice(1)) statuses.add(status);
    }

    expect([200, 404]).toEqual(expect.arrayContaining([...statuses]));
  });
});
