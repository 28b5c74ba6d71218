import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aStaffMember } from '../../support/given.ts';
import { passwords, type TestServer, testServer } from '../../support/server.ts';

const bobby = {
  username: 'bobby',
  password: 'a long walk at dusk',
  email: 'robert@example.com',
  displayName: 'Bob the Builder',
};

describe('looking after accounts', () => {
  let server: TestServer;
  let alice: number;
  let bob: number;

  beforeEach(async () => {
    server = await testServer();
    alice = await aStaffMember(server, 'alice', 'admin');
    bob = await aStaffMember(server, 'bob', 'user');
  });

  afterEach(() => server.close());

  const asAlice = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown) =>
    server.send(method, `/v2/admin${path}`, { as: 'alice', body });

  const namesAt = async (query: string): Promise<string[]> => {
    const { body } = await asAlice('GET', `/accounts${query}`);
    return body.items.map((item: { username: string }) => item.username);
  };

  const actionsOf = async (id: number): Promise<string[]> => {
    const { body } = await asAlice('GET', `/audit-log?accountId=${id}`);
    return body.items.map((item: { action: string }) => item.action);
  };

  it('shows what there is to know of an account, and no hash', async () => {
    const { status, body } = await asAlice('GET', `/accounts/${bob}`);

    expect(status).toBe(200);
    expect(body).toEqual({
      id: bob,
      username: 'bob',
      displayName: 'bob',
      email: 'bob@example.com',
      emailVerified: false,
      phone: null,
      phoneVerified: false,
      role: 'user',
      hasPassword: true,
      createdAt: '2026-06-01T12:00:00.000Z',
      lastLoginAt: '2026-06-01T12:00:00.000Z',
      disabledAt: null,
    });
  });

  it('finds accounts by how a username, an e-mail or a display name begins', async () => {
    await server.send('POST', '/v2/accounts', { body: bobby });
    await server.send('PATCH', '/v2/me', { as: 'bob', body: { displayName: 'Émile 100%' } });

    expect(await namesAt('')).toEqual(['bobby', 'bob', 'alice']);
    expect(await namesAt('?q=BOB')).toEqual(['bobby', 'bob']);
    expect(await namesAt('?q=bobb')).toEqual(['bobby']);
    expect(await namesAt('?q=robert@ex')).toEqual(['bobby']);
    expect(await namesAt('?q=bob%20the%20b')).toEqual(['bobby']);
    expect(await namesAt(`?q=${encodeURIComponent('émile 100%')}`)).toEqual(['bob']);
    expect(await namesAt('?q=ob')).toEqual([]);
    expect(await namesAt('?q=%25')).toEqual([]);
    expect(await namesAt('?q=b_b')).toEqual([]);
    expect(await namesAt("?q=b'")).toEqual([]);
  });

  it('filters by role and by state, and turns pages', async () => {
    await server.tokens('carla');
    const disabled = await asAlice('PATCH', `/accounts/${bob}`, { disabled: true });
    const first = await asAlice('GET', '/accounts?limit=2');
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.link ?? '')?.[1] ?? '';
    const { pathname, search } = new URL(next);
    const second = await server.send('GET', pathname + search, { as: 'alice' });

    expect(disabled.body).toMatchObject({ disabledAt: '2026-06-01T12:00:00.000Z' });
    expect(await namesAt('?role=admin')).toEqual(['alice']);
    expect(await namesAt('?state=disabled')).toEqual(['bob']);
    expect(await namesAt('?state=active')).toEqual(['carla', 'alice']);
    expect(await namesAt('?state=active&q=bob')).toEqual([]);
    expect(first.body.items.map((item: { username: string }) => item.username)).toEqual([
      'carla',
      'bob',
    ]);
    expect(second.body).toMatchObject({ items: [{ id: alice }], nextCursor: null });
  });

  it.each([
    ['?role=root', 'role'],
    ['?state=gone', 'state'],
    ['?q=', 'q'],
    ['?q=%E2%80%8B', 'q'],
    ['?cursor=p1', 'cursor'],
    ['?limit=101', 'limit'],
    ['?page=2', 'page'],
  ])('refuses the query %s and names the field', async (query, field) => {
    const { status, body } = await asAlice('GET', `/accounts${query}`);

    expect(status).toBe(422);
    expect(body.fields).toMatchObject([{ field }]);
  });

  it('makes an account with a role, once, although sign-ups are closed', async () => {
    await server.close();
    server = await testServer({ environment: { SIGNUPS: 'closed' } });
    await server.app.services.accounts.create({
      username: 'alice',
      password: passwords.alice,
      email: null,
      displayName: null,
      idempotencyKey: null,
    });
    await aStaffMember(server, 'alice', 'admin');
    const sent = {
      as: 'alice',
      body: { ...bobby, role: 'moderator' },
      headers: { 'idempotency-key': 'one' },
    } as const;
    const made = await server.send('POST', '/v2/admin/accounts', sent);
    const again = await server.send('POST', '/v2/admin/accounts', sent);
    const other = { ...sent, body: { ...sent.body, role: 'admin' } };
    const different = await server.send('POST', '/v2/admin/accounts', other);
    const taken = await asAlice('POST', '/accounts', bobby);
    const login = { login: 'bobby', password: bobby.password };
    const loggedIn = await server.send('POST', '/v2/sessions', { body: login });

    expect(made.status).toBe(201);
    expect(made.headers.location).toMatch(`/v2/admin/accounts/${made.body.id}`);
    expect(made.body).toMatchObject({ username: 'bobby', role: 'moderator', hasPassword: true });
    expect(again.body).toEqual(made.body);
    expect(different.body.code).toBe('conflict');
    expect(taken.body).toMatchObject({ code: 'taken', fields: [{ field: 'username' }] });
    expect(loggedIn.status).toBe(201);
    expect(await actionsOf(made.body.id)).toEqual(['session.opened', 'account.created']);
  });

  it('makes an account without a password, and mails its owner a way to choose one', async () => {
    const { password: _none, ...rest } = bobby;
    const made = await asAlice('POST', '/accounts', rest);
    const noMail = await asAlice('POST', '/accounts', { username: 'nobody' });
    const waiting = await server.app.database
      .selectFrom('verifications')
      .select(['account_id', 'purpose', 'subject'])
      .execute();

    expect(made.body).toMatchObject({ hasPassword: false, role: 'user' });
    expect(noMail.body.fields).toMatchObject([{ field: 'password' }]);
    expect(waiting).toEqual([
      { account_id: made.body.id, purpose: 'recover-password', subject: 'robert@example.com' },
    ]);
  });

  it('changes a role and tells it, to what, from what', async () => {
    const { body } = await asAlice('PATCH', `/accounts/${bob}`, { role: 'moderator' });
    const me = await server.send('GET', '/v2/me', { as: 'bob' });
    const log = await asAlice('GET', '/audit-log?action=account.role-changed&limit=1');

    expect([body.role, me.body.role]).toEqual(['moderator', 'moderator']);
    expect(log.body.items).toMatchObject([
      {
        action: 'account.role-changed',
        accountId: bob,
        actorId: alice,
        address: '127.0.0.1',
        details: { from: 'user', to: 'moderator' },
      },
    ]);
  });

  it('S19: forces a new password: the old one and every session are worthless', async () => {
    const { accessToken, refreshToken } = await server.tokens('bob');
    const forced = await asAlice('PATCH', `/accounts/${bob}`, { forceReset: true });
    const headers = { authorization: `Bearer ${accessToken}` };
    const me = await server.send('GET', '/v2/me', { headers });
    const refreshed = await server.send('POST', '/v2/sessions/refresh', { body: { refreshToken } });
    const login = { login: 'bob', password: passwords.bob };
    const again = await server.send('POST', '/v2/sessions', { body: login });
    const outbox = await server.app.database.selectFrom('outbox').select('topic').execute();

    expect(forced.body).toMatchObject({ hasPassword: false, disabledAt: null });
    expect([me.body.code, refreshed.body.code]).toEqual(['revoked_token', 'revoked_token']);
    expect(again.body.code).toBe('wrong_password');
    expect(outbox.map(({ topic }) => topic)).toContain('verification.issued');
    expect(await actionsOf(bob)).toEqual([
      'session.refused',
      'account.reset-forced',
      'session.opened',
      'account.created',
    ]);
  });

  it('deletes an account as its owner would; its entries stay', async () => {
    await server.send('POST', '/v2/posts', { as: 'bob', body: { text: 'Hello.' } });
    const deleted = await asAlice('DELETE', `/accounts/${bob}`);
    const again = await asAlice('DELETE', `/accounts/${bob}`);
    await server.work();
    const rows = await server.app.database.selectFrom('accounts').select('username').execute();

    expect([deleted.status, again.status]).toEqual([204, 404]);
    expect(rows).toEqual([{ username: 'alice' }]);
    expect(await actionsOf(bob)).toEqual(['account.deleted', 'session.opened', 'account.created']);
  });

  it('does nothing twice, and notes nothing for it', async () => {
    for (const body of [{ disabled: false }, { role: 'user' }]) {
      expect((await asAlice('PATCH', `/accounts/${bob}`, body)).status).toBe(200);
    }
    const { status, body } = await asAlice('PATCH', `/accounts/${bob}`, {});

    expect([status, body.fields]).toMatchObject([422, [{ field: 'body' }]]);
    expect(await actionsOf(bob)).toEqual(['session.opened', 'account.created']);
  });

  it('shows everybody what happened to their own account, and no address of the staff', async () => {
    const wrong = { login: 'bob', password: 'not-bobs-password' };
    await server.send('POST', '/v2/sessions', { body: wrong });
    await asAlice('PATCH', `/accounts/${bob}`, { disabled: true });
    await asAlice('PATCH', `/accounts/${bob}`, { disabled: false });
    server.forget('bob');
    await server.send('DELETE', '/v2/sessions/current', { as: 'bob' });
    server.forget('bob');
    const { body } = await server.send('GET', '/v2/me/audit-log?limit=6', { as: 'bob' });

    const at = { createdAt: '2026-06-01T12:00:00.000Z' };
    expect(body.items).toEqual([
      { action: 'session.opened', by: 'you', address: '127.0.0.1', ...at },
      { action: 'session.ended', by: 'you', address: '127.0.0.1', ...at },
      { action: 'session.opened', by: 'you', address: '127.0.0.1', ...at },
      { action: 'account.enabled', by: 'staff', address: null, ...at },
      { action: 'account.disabled', by: 'staff', address: null, ...at },
      { action: 'session.refused', by: 'unknown', address: '127.0.0.1', ...at },
    ]);
    expect(body.nextCursor).toMatch(/^e/);
  });
});
