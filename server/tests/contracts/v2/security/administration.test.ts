import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operator } from '../../../../src/domain/authority.ts';
import { aPicture, aPost, aStaffMember } from '../../../support/given.ts';
import { type Operation, operationsOf } from '../../../support/open-api.ts';
import { logIn } from '../../../support/second-factor.ts';
import {
  type Answer,
  type Person,
  passwords,
  type TestServer,
  testServer,
} from '../../../support/server.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What each operation below `/v2/admin` answers to a moderator and to an admin; others get 401 and 403. */
const rules: Record<string, { moderator: number; admin: number }> = {
  'GET /v2/admin/accounts': { moderator: 200, admin: 200 },
  'POST /v2/admin/accounts': { moderator: 403, admin: 201 },
  'GET /v2/admin/accounts/{id}': { moderator: 200, admin: 200 },
  'PATCH /v2/admin/accounts/{id}': { moderator: 200, admin: 200 },
  'DELETE /v2/admin/accounts/{id}': { moderator: 403, admin: 204 },
  'DELETE /v2/admin/posts/{id}': { moderator: 204, admin: 204 },
  'DELETE /v2/admin/media/{id}': { moderator: 204, admin: 204 },
  'GET /v2/admin/reports': { moderator: 200, admin: 200 },
  'GET /v2/admin/reports/{id}': { moderator: 200, admin: 200 },
  'POST /v2/admin/reports/{id}/resolve': { moderator: 200, admin: 200 },
  'POST /v2/admin/reports/{id}/reopen': { moderator: 200, admin: 200 },
  'GET /v2/admin/audit-log': { moderator: 403, admin: 200 },
  'GET /v2/admin/groups': { moderator: 403, admin: 200 },
  'POST /v2/admin/groups': { moderator: 403, admin: 201 },
  'DELETE /v2/admin/groups/{id}': { moderator: 403, admin: 204 },
  'GET /v2/admin/groups/{id}/members': { moderator: 403, admin: 200 },
  'PUT /v2/admin/groups/{id}/members/{accountId}': { moderator: 403, admin: 204 },
  'DELETE /v2/admin/groups/{id}/members/{accountId}': { moderator: 403, admin: 204 },
  'GET /v2/admin/groups/{id}/events': { moderator: 403, admin: 200 },
  'POST /v2/admin/groups/{id}/events': { moderator: 403, admin: 202 },
  'GET /v2/admin/event-templates': { moderator: 403, admin: 200 },
  'POST /v2/admin/event-templates': { moderator: 403, admin: 201 },
  'DELETE /v2/admin/event-templates/{id}': { moderator: 403, admin: 204 },
};

describe('who may do what below /v2/admin', () => {
  let server: TestServer;
  let operations: Operation[];
  let count = 0;

  beforeAll(async () => {
    server = await testServer();
    const { body } = await server.send('GET', '/openapi.json');
    operations = operationsOf(body).filter(({ at }) => at.includes(' /v2/admin'));
    await aStaffMember(server, 'alice', 'admin');
    await aStaffMember(server, 'bob', 'moderator');
    await server.tokens('carla');
    // The one that the example of an event names.
    const template = { name: 'From', text: 'From {1}' };
    await server.app.services.eventTemplates.create(operator, template);
  });

  afterAll(() => server.close());

  /** Sends an operation as its example shows it, about an account, a group or a template of its own. */
  async function call(
    { at, requestBody }: Operation,
    as: Person | undefined,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const [method, path = ''] = at.split(' ');
    const body = exampleOf(requestBody);
    const accountId = await freshAccount();
    const id = path.includes('/accounts') ? accountId : await freshOf(path, accountId);
    const filled = path.replace('{id}', String(id)).replace('{accountId}', String(accountId));
    return server.send(method as Method, filled, { as, body, headers });
  }

  /** One after the other: each makes what it is about. */
  async function callAll(as: Person | undefined): Promise<Answer[]> {
    const answers: Answer[] = [];
    for (const each of operations) answers.push(await call(each, as));
    return answers;
  }

  function exampleOf(requestBody: Operation['requestBody']): object | undefined {
    const example = requestBody?.content['application/json']?.example as object | undefined;
    // Whoever the example names is there already.
    const other = { username: 'somebody', email: 'somebody@example.com' };
    return example && 'username' in example ? { ...example, ...other } : example;
  }

  /** A report that is open, or closed where it is to be opened again. */
  async function freshReport(path: string): Promise<number> {
    const body = { username: `somebody-${count}`, category: 'other', comment: 'Look.' };
    const { id } = (await server.send('POST', '/v2/reports', { as: 'carla', body })).body;
    const closing = { action: 'none', note: '' } as const;
    if (path.includes('/reopen')) await server.app.services.reports.resolve(operator, id, closing);
    return id;
  }

  /** A group with this member, a template, a report, a post or a picture. */
  async function freshOf(path: string, memberId: number): Promise<number> {
    const { groups, eventTemplates } = server.app.services;
    if (path.includes('/posts')) return aPost(server, 'carla');
    if (path.includes('/reports')) return freshReport(path);
    if (path.includes('/media')) {
      const picture = await aPicture(server, 'carla');
      await aPost(server, 'carla', { mediaIds: [picture] });
      return picture;
    }
    const name = `Fresh ${memberId}`;
    if (path.includes('/event-templates')) {
      return (await eventTemplates.create(operator, { name, text: 'From {1}' })).id;
    }
    const { id } = await groups.create(operator, name);
    await groups.addMember(operator, id, memberId);
    return id;
  }

  async function freshAccount(): Promise<number> {
    count += 1;
    const rest = { email: null, displayName: null, idempotencyKey: null };
    const username = `somebody-${count}`;
    const password = 'a long walk at dusk';
    return (await server.app.services.accounts.create({ username, password, ...rest })).id;
  }

  it('S49: is said for every operation there is', () => {
    expect(operations.map(({ at }) => at).sort()).toEqual(Object.keys(rules).sort());
  });

  it('S49: is refused without a token', async () => {
    const answers = await callAll(undefined);

    expect(answers.map(({ body }) => body.code)).toEqual(operations.map(() => 'no_token'));
  });

  it('S49: is refused to users, whether the account exists or not', async () => {
    const answers = await callAll('carla');
    const nobody = await Promise.all(
      (['GET', 'DELETE'] as const).map((method) =>
        server.send(method, '/v2/admin/accounts/2000000000', { as: 'carla' }),
      ),
    );

    const codes = [...answers, ...nobody].map(({ status, body }) => [status, body.code]);
    expect(codes).toEqual(codes.map(() => [403, 'forbidden']));
    expect(new Set([...answers, ...nobody].map(({ body }) => body.detail)).size).toBe(1);
  });

  it('S49: is refused to an admin who signed in with an app password', async () => {
    const body = { name: 'Old client', password: passwords.alice };
    const made = await server.send('POST', '/v2/me/app-passwords', { as: 'alice', body });
    const { accessToken } = (await logIn(server, 'alice', made.body.password)).body;
    const headers = { authorization: `Bearer ${accessToken}` };
    const answers: Answer[] = [];
    for (const each of operations) answers.push(await call(each, undefined, headers));

    expect(answers.map(({ status, body: { code } }) => [status, code])).toEqual(
      answers.map(() => [403, 'forbidden']),
    );
  });

  it.each(['moderator', 'admin'] as const)('S49: is answered to a %s by the rule', async (role) => {
    const as = role === 'admin' ? 'alice' : 'bob';
    const seen: Record<string, number> = {};
    for (const each of operations) seen[each.at] = (await call(each, as)).status;

    const expected = Object.entries(rules).map(([at, rule]) => [at, rule[role]]);
    expect(seen).toEqual(Object.fromEntries(expected));
  });

  it.each([
    '/v2/admin/accounts/',
    '/v2/admin//accounts',
    '/v2//admin/accounts',
    '/v2/ADMIN/accounts',
    '/v2/%61dmin/accounts',
    '/v2/admin%2faccounts',
    '/v2/me/../admin/accounts',
    '/v2/me/%2e%2e/admin/accounts',
    '/v2/admin;x=1/accounts',
    '/v2/admin/accounts;x=1',
    '/v2/admin/accounts.json',
    '/v2/admin/accounts/%31',
    '/v2/admin/accounts/1%00',
    '/v2/admin/./audit-log',
    '\\v2\\admin\\accounts',
  ])('S49: is not got around by the path %s', async (path) => {
    const answer = await server.send('GET', path, { as: 'carla' });

    expect([400, 403, 404, 422]).toContain(answer.status);
    expect(JSON.stringify(answer.body)).not.toContain('alice@example.com');
  });

  it.each(['x-original-url', 'x-rewrite-url', 'x-forwarded-uri'])(
    'S49: is not reached by the header %s',
    async (header) => {
      const headers = { [header]: '/v2/admin/accounts' };
      const answer = await server.send('GET', '/v2/me', { as: 'carla', headers });

      expect(answer.body).toMatchObject({ username: 'carla' });
    },
  );

  it('S52: does not follow from what a token says of its role', async () => {
    const { accessToken } = await server.tokens('carla');
    const [, claims = ''] = accessToken.split('.');
    const said = JSON.parse(Buffer.from(claims, 'base64url').toString());
    const forged = Buffer.from(JSON.stringify({ ...said, role: 'admin' })).toString('base64url');
    const token = accessToken.replace(claims, forged);
    const answer = await server.send('GET', '/v2/admin/accounts', {
      headers: { authorization: `Bearer ${token}` },
    });

    expect(said).not.toHaveProperty('role');
    expect(answer.body.code).toBe('bad_token');
  });
});

describe('those who look after accounts', () => {
  let server: TestServer;
  let alice: number;
  let bob: number;
  let carla: number;

  beforeEach(async () => {
    server = await testServer();
    alice = await aStaffMember(server, 'alice', 'admin');
    bob = await aStaffMember(server, 'bob', 'user');
    carla = await aStaffMember(server, 'carla', 'user');
  });

  afterEach(() => server.close());

  const patch = (as: Person, id: number, body: object) =>
    server.send('PATCH', `/v2/admin/accounts/${id}`, { as, body });

  const roleOf = async (id: number) =>
    (await server.app.services.accountAdmin.read(operator, id)).role;

  it('S49: as moderators disable and enable users, and neither admins nor moderators', async () => {
    await patch('alice', bob, { role: 'moderator' });
    const disabled = await patch('bob', carla, { disabled: true });
    const enabled = await patch('bob', carla, { disabled: false });
    await patch('alice', carla, { role: 'moderator' });
    const refused = await Promise.all([
      patch('bob', carla, { disabled: true }),
      patch('bob', alice, { disabled: true }),
      patch('bob', carla, { role: 'user' }),
      patch('bob', carla, { forceReset: true }),
      patch('bob', carla, { disabled: true, role: 'user' }),
      patch('bob', bob, { role: 'admin' }),
      patch('bob', 2_000_000_000, { role: 'admin' }),
    ]);

    expect([disabled.status, enabled.status]).toEqual([200, 200]);
    expect(refused.map(({ body }) => body.code)).toEqual(refused.map(() => 'forbidden'));
    expect(await roleOf(carla)).toBe('moderator');
  });

  it('change nothing about their own account', async () => {
    const answers = await Promise.all([
      patch('alice', alice, { role: 'user' }),
      patch('alice', alice, { disabled: true }),
      patch('alice', alice, { forceReset: true }),
      server.send('DELETE', `/v2/admin/accounts/${alice}`, { as: 'alice' }),
    ]);

    expect(answers.map(({ body }) => body.code)).toEqual(answers.map(() => 'conflict'));
    expect(await roleOf(alice)).toBe('admin');
  });

  it('cannot go while there is no other admin', async () => {
    const alone = await server.send('DELETE', '/v2/me', {
      as: 'alice',
      body: { password: passwords.alice },
    });
    const { accountAdmin } = server.app.services;
    const byOperator = await Promise.allSettled([
      accountAdmin.change(operator, alice, { role: 'user' }),
      accountAdmin.change(operator, alice, { disabled: true }),
      accountAdmin.remove(operator, alice),
    ]);
    await patch('alice', bob, { role: 'admin' });
    await patch('bob', alice, { disabled: true });
    const onlyActive = await server.send('DELETE', '/v2/me', {
      as: 'bob',
      body: { password: passwords.bob },
    });
    await patch('bob', alice, { disabled: false });
    const withAnother = await server.send('DELETE', '/v2/me', {
      as: 'bob',
      body: { password: passwords.bob },
    });

    expect([alone.status, alone.body.code]).toEqual([409, 'conflict']);
    expect(byOperator).toMatchObject(byOperator.map(() => ({ reason: { code: 'conflict' } })));
    expect([onlyActive.status, withAnother.status]).toEqual([409, 204]);
  });

  it.each([
    ['take each other’s role', { role: 'user' }],
    ['disable each other', { disabled: true }],
  ])('leave one of them when all admins %s at once', async (_what, change) => {
    await patch('alice', bob, { role: 'admin' });
    await patch('alice', carla, { role: 'admin' });
    for (const each of ['bob', 'carla'] as const) server.forget(each);
    await Promise.all([server.tokens('bob'), server.tokens('carla')]);

    const answers = await Promise.all([
      patch('alice', bob, change),
      patch('bob', carla, change),
      patch('carla', alice, change),
      patch('bob', alice, change),
      patch('carla', bob, change),
      patch('alice', carla, change),
    ]);

    const left = await server.app.services.accountAdmin.list(
      operator,
      { role: 'admin', state: 'active' },
      { limit: 10, before: null },
    );
    const statuses = answers.map(({ status }) => status);
    expect(left.items).toHaveLength(1);
    // More than two where somebody was changed twice, which is no error.
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(2);
    expect(statuses.filter((status) => status !== 200 && status !== 403 && status !== 401)).toEqual(
      [],
    );
  });

  it('leave one of them when two admins close their accounts at once', async () => {
    await patch('alice', bob, { role: 'admin' });

    const answers = await Promise.all([
      server.send('DELETE', '/v2/me', { as: 'alice', body: { password: passwords.alice } }),
      server.send('DELETE', '/v2/me', { as: 'bob', body: { password: passwords.bob } }),
    ]);

    expect(answers.map(({ status }) => String(status)).sort()).toEqual(['204', '409']);
  });

  it('S52: lose what they may do, and their sessions, with their role', async () => {
    await patch('alice', bob, { role: 'admin' });
    const before = await server.send('GET', '/v2/admin/audit-log', { as: 'bob' });
    await patch('alice', bob, { role: 'moderator' });
    const after = await server.send('GET', '/v2/admin/audit-log', { as: 'bob' });
    server.forget('bob');
    const signedIn = await server.send('GET', '/v2/admin/audit-log', { as: 'bob' });

    expect([before.status, after.status, signedIn.status]).toEqual([200, 401, 403]);
  });
});
