import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { argon2Hasher } from '../../../src/adapters/passwords/argon2.ts';
import { aTotp, logIn } from '../../support/second-factor.ts';
import { passwords, type TestServer, testServer } from '../../support/server.ts';

const password = passwords.alice;

describe('app passwords', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await testServer();
    await server.tokens('alice');
  });

  afterEach(() => server.close());

  const add = async (body: object = { name: 'Old client', password }) =>
    server.send('POST', '/v2/me/app-passwords', { as: 'alice', body });

  it('open an account in place of the password, with a second factor or without', async () => {
    const { status, body } = await add();
    const before = await logIn(server, 'alice', body.password);
    await aTotp(server, 'alice');
    const after = await logIn(server, 'alice', body.password.toUpperCase().replaceAll('-', ''));
    const byPassword = await logIn(server, 'alice');

    expect(status).toBe(201);
    expect(body).toMatchObject({ id: 1, name: 'Old client', lastUsedAt: null });
    expect(body.password).toMatch(/^([a-z2-7]{4}-){5}[a-z2-7]{4}$/);
    expect([before.status, after.status]).toEqual([201, 201]);
    expect(byPassword.body.code).toBe('second_factor_required');
  });

  it('open it for every contract', async () => {
    const { body } = await add();
    await aTotp(server, 'alice');
    const device = { name: '', address: '127.0.0.1' };
    const old = { audience: 'another', device, login: 'alice', idempotencyKey: null };
    const tokens = await server.app.services.sessions.logIn({ ...old, password: body.password });
    const refused = await server.app.services.sessions
      .logIn({ ...old, password })
      .catch((error) => error.code);

    expect(tokens.refreshToken).toBeTypeOf('string');
    expect(refused).toBe('second_factor_required');
  });

  it('end with what their sessions opened, and the sessions that those opened', async () => {
    const { body } = await add();
    const { sessions, legacyTokens } = server.app.services;
    const context = { audience: 'another', device: { name: '', address: '127.0.0.1' } };
    const first = await sessions.logInPlain({
      ...context,
      login: 'alice',
      password: body.password,
    });
    const second = await sessions.openPlain(
      first.accountId,
      { by: 'session', sessionId: first.id },
      context,
    );
    const third = await sessions.openPlain(
      first.accountId,
      { by: 'session', sessionId: second.id },
      context,
    );
    const tokens = await Promise.all(
      [first, second, third].map((session) => legacyTokens.issue(session, {})),
    );
    const states = () =>
      Promise.all(
        tokens.map((token) =>
          legacyTokens.resolve(token, 'another').then(
            ({ credential }) => credential.kind === 'app-password',
            (error) => error.code,
          ),
        ),
      );

    const before = await states();
    await server.send('DELETE', `/v2/me/app-passwords/${body.id}`, { as: 'alice' });

    expect(before).toEqual([true, true, true]);
    expect(await states()).toEqual(Array(3).fill('revoked_token'));
  });

  it('change nothing that asks for the password', async () => {
    const made = await add();
    const again = await add({ name: 'Another', password: made.body.password });
    const totp = await server.send('POST', '/v2/me/totp', {
      as: 'alice',
      body: { password: made.body.password },
    });

    expect([again.status, totp.status]).toEqual([401, 401]);
  });

  it('are taken away one by one, with the sessions that they opened', async () => {
    const { body } = await add();
    const { body: kept } = await add({ name: 'Kept', password });
    const opened = await logIn(server, 'alice', body.password);
    const others = await logIn(server, 'alice', kept.password);
    const listed = await server.send('GET', '/v2/me/app-passwords', { as: 'alice' });
    const path = `/v2/me/app-passwords/${body.id}`;
    const byBob = await server.send('DELETE', path, { as: 'bob' });
    const removed = await server.send('DELETE', path, { as: 'alice' });
    const again = await logIn(server, 'alice', body.password);
    const [hers, other, own] = await Promise.all(
      [opened, others]
        .map(({ body: { accessToken } }) =>
          server.send('GET', '/v2/me', { headers: { authorization: `Bearer ${accessToken}` } }),
        )
        .concat(server.send('GET', '/v2/me', { as: 'alice' })),
    );

    expect(listed.body.items).toMatchObject([
      { name: 'Kept', lastUsedAt: '2026-06-01T12:00:00.000Z' },
      { name: 'Old client', lastUsedAt: '2026-06-01T12:00:00.000Z' },
    ]);
    expect(JSON.stringify(listed.body)).not.toContain(body.password);
    expect([byBob.status, removed.status, again.status]).toEqual([404, 204, 401]);
    expect([hers!.status, other!.status, own!.status]).toEqual([401, 200, 200]);
  });

  it('are of one account alone, and are kept as fingerprints', async () => {
    const { body } = await add();
    const bob = await server.tokens('bob').then(() => logIn(server, 'bob', body.password));
    const nobody = await server.send('POST', '/v2/sessions', {
      body: { login: 'nobody', password: body.password },
    });
    const rows = await server.app.database.selectFrom('app_passwords').selectAll().execute();

    expect([bob.status, nobody.status]).toEqual([401, 401]);
    expect(JSON.stringify(rows)).not.toContain(body.password.replaceAll('-', ''));
    expect(rows[0]?.password_hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('S32: do not open a disabled account', async () => {
    const { body } = await add();
    await server.app.database.transaction((tx) =>
      tx.updateTable('accounts').set({ disabled_at: '2026-06-01T12:00:00.000Z' }).execute(),
    );

    expect((await logIn(server, 'alice', body.password)).status).toBe(401);
  });

  it('S33: end with the password of the account, whatever way it is changed', async () => {
    const { body } = await add();
    const another = await argon2Hasher({ concurrency: 1 }).hash('alice-likes-rivers');
    await server.app.database.transaction((tx) =>
      tx.updateTable('accounts').set({ password_hash: another }).execute(),
    );
    const after = await logIn(server, 'alice', body.password);
    const list = await server.send('GET', '/v2/me/app-passwords', { as: 'alice' });
    const security = await server.send('GET', '/v2/me/security', { as: 'alice' });

    expect(after.status).toBe(401);
    expect([list.body.items, security.body.appPasswords]).toEqual([[], 0]);
  });

  it('are written down when they are made and when they go', async () => {
    const { body } = await add();
    await server.send('DELETE', `/v2/me/app-passwords/${body.id}`, { as: 'alice' });
    const entries = await server.app.database.selectFrom('audit_log').select('action').execute();

    expect(entries.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['app-password.added', 'app-password.removed']),
    );
  });
});
