import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { operator } from '../../../src/domain/authority.ts';
import { aPhoto, aStaffMember } from '../../support/given.ts';
import { type Document, operationsOf } from '../../support/open-api.ts';
import { beforeTransaction } from '../../support/races.ts';
import { type Answer, passwords, type TestServer, testServer } from '../../support/server.ts';

const login = { login: 'alice', password: passwords.alice };
const newcomer = { username: 'carla', password: passwords.carla };
const headers = { 'idempotency-key': 'k' };

/** A request that may be repeated, and how what it made is deleted. */
type Row = {
  operation: string;
  send: (server: TestServer) => Promise<Answer>;
  remove: (server: TestServer, made: Answer) => Promise<unknown>;
};

const rows: Row[] = [
  {
    operation: 'POST /v2/accounts',
    send: (s) => s.send('POST', '/v2/accounts', { body: newcomer, headers }),
    remove: (s, { body }) => s.app.services.accountAdmin.remove(operator, body.id),
  },
  {
    operation: 'POST /v2/accounts',
    send: (s) => s.send('POST', '/v2/accounts', { body: newcomer, headers }),
    remove: (s, { body }) =>
      s.app.services.accountAdmin.change(operator, body.id, { disabled: true }),
  },
  {
    operation: 'POST /v2/admin/accounts',
    send: (s) => s.send('POST', '/v2/admin/accounts', { as: 'alice', body: newcomer, headers }),
    remove: (s, { body }) => s.send('DELETE', `/v2/admin/accounts/${body.id}`, { as: 'alice' }),
  },
  {
    operation: 'POST /v2/posts',
    send: (s) => s.send('POST', '/v2/posts', { as: 'alice', body: { text: 'Once.' }, headers }),
    remove: (s, { body }) => s.send('DELETE', `/v2/posts/${body.id}`, { as: 'alice' }),
  },
  {
    operation: 'POST /v2/media',
    send: async (s) => s.upload('alice', await aPhoto(), { headers }),
    async remove(s) {
      const { kysely } = s.app.database;
      await kysely.deleteFrom('media').execute();
    },
  },
  {
    operation: 'PUT /v2/me/avatar',
    send: async (s) =>
      s.upload('alice', await aPhoto(), { path: '/v2/me/avatar', method: 'PUT', headers }),
    remove: (s) => s.send('DELETE', '/v2/me/avatar', { as: 'alice' }),
  },
  {
    operation: 'POST /v2/reports',
    async send(s) {
      await s.tokens('carla').catch(() => {});
      const body = { username: 'carla', category: 'other', comment: 'Look.' };
      return s.send('POST', '/v2/reports', { as: 'alice', body, headers });
    },
    async remove(s) {
      const body = { password: passwords.carla };
      const answer = await s.send('DELETE', '/v2/me', { as: 'carla', body });
      await s.work();
      return answer;
    },
  },
  {
    operation: 'POST /v2/admin/groups/{id}/events',
    send: (s) => {
      const body = { templateId: 1, values: [] };
      return s.send('POST', '/v2/admin/groups/1/events', { as: 'alice', body, headers });
    },
    remove: (s) => s.send('DELETE', '/v2/admin/groups/1', { as: 'alice' }),
  },
];

describe('a repeat of what was deleted since', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await testServer();
    await aStaffMember(server, 'alice', 'admin');
    server.forget('alice');
    const as = 'alice';
    await server.send('POST', '/v2/admin/groups', { as, body: { name: 'Friends' } });
    const template = { name: 'Hello', text: 'Hello.' };
    await server.send('POST', '/v2/admin/event-templates', { as, body: template });
  });

  afterEach(() => server.close());

  it.each(rows)('is gone, and made no second time: $operation', async ({ send, remove }) => {
    const first = await send(server);
    const same = await send(server);
    await remove(server, first);

    const again = await send(server);
    const others = await Promise.all([send(server), send(server)]);

    expect(same.status, JSON.stringify(first.body)).toBe(first.status);
    expect(first.status).toBeLessThan(300);
    expect([again, ...others].map(({ body }) => `${body.status} ${body.code}`)).toEqual(
      Array(3).fill('410 gone'),
    );
  });

  it('is looked at for every operation that takes an Idempotency-Key', async () => {
    const document: Document = (await server.send('GET', '/openapi.json')).body;
    const repeatable = operationsOf(document).filter(({ parameters = [] }) =>
      parameters.some(({ name }) => name === 'idempotency-key'),
    );
    // A login has tests of its own below; publishing makes nothing, and names its post in the path.
    const others = ['POST /v2/sessions', 'POST /v2/posts/{id}/publish'];
    const remembered = repeatable.filter(({ at }) => !others.includes(at));

    expect(remembered.length).toBeGreaterThan(0);
    for (const { at, responses } of remembered) {
      expect(rows.map(({ operation }) => operation)).toContain(at);
      expect(Object.keys(responses), at).toContain('410');
    }
  });
});

describe('a login that is repeated with its key', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await testServer();
    await server.tokens('alice');
  });

  afterEach(() => server.close());

  const logIn = (body: object = login) => server.send('POST', '/v2/sessions', { body, headers });
  const statusBy = async ({ body }: Answer) => {
    const authorization = `Bearer ${body.accessToken}`;
    return (await server.send('GET', '/v2/me', { headers: { authorization } })).status;
  };
  const endings: Array<[how: string, end: (opened: Answer) => Promise<unknown>]> = [
    [
      'was logged out',
      ({ body }) => server.send('DELETE', `/v2/sessions/${body.sessionId}`, { as: 'alice' }),
    ],
    [
      'ended with a change of the password, which is the old one again by now',
      async () => {
        const { accountAdmin } = server.app.services;
        await accountAdmin.setPassword(operator, 1, 'another-long-one');
        await accountAdmin.setPassword(operator, 1, passwords.alice);
      },
    ],
    ['has expired', async () => server.clock.advance(31 * 24 * 3600 * 1000)],
    [
      'was forgotten',
      async ({ body }) => {
        const { kysely } = server.app.database;
        await kysely.deleteFrom('sessions').where('id', '=', body.sessionId).execute();
      },
    ],
  ];

  it.each(endings)('gets another session, once, if its own %s', async (_how, end) => {
    const first = await logIn();
    await end(first);

    const both = await Promise.all([logIn(), logIn()]);
    const later = await logIn();

    expect([...both, later].map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set([...both, later].map(({ body }) => body.sessionId)).size).toBe(1);
    expect(later.body.sessionId).not.toBe(first.body.sessionId);
    expect(await Promise.all([...both, later].map(statusBy))).toEqual([200, 200, 200]);
  });

  it('gets the same session when it overtakes the first one', async () => {
    let second: Answer | undefined;
    const overtake = async () => {
      second = await logIn();
    };
    const hasRun = beforeTransaction(server, overtake);
    const first = await logIn();

    expect(hasRun()).toBe(true);
    expect([first.status, second?.status]).toEqual([201, 201]);
    expect(first.body.sessionId).toBe(second?.body.sessionId);
    expect(await statusBy(first)).toBe(200);
  });

  it('gets the session of the password with no app password', async () => {
    await logIn();
    const body = { name: 'cron', password: passwords.alice };
    const made = await server.send('POST', '/v2/me/app-passwords', { as: 'alice', body });

    const answer = await logIn({ login: 'alice', password: made.body.password });

    expect([made.status, answer.status]).toEqual([201, 409]);
  });
});
