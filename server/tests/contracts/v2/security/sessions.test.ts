import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { passwords, type TestServer, type Tokens, testServer } from '../../../support/server.ts';

describe('sessions and their access tokens', () => {
  let server: TestServer;
  let tokens: Tokens;

  beforeEach(async () => {
    server = await testServer();
    tokens = await server.tokens('alice');
  });

  afterEach(() => server.close());

  const me = (accessToken: string) =>
    server.send('GET', '/v2/me', { headers: { authorization: `Bearer ${accessToken}` } });

  it('S29: expire after a quarter of an hour and at most a minute', async () => {
    server.clock.advance(899_000);
    const before = await me(tokens.accessToken);
    server.clock.advance(61_000);
    const after = await me(tokens.accessToken);

    expect(before.status).toBe(200);
    expect(after.body).toMatchObject({ status: 401, code: 'expired_token' });
    expect(after.headers['www-authenticate']).toBe('Bearer error="expired_token"');
  });

  it('S31: are dead once their session is ended, here', async () => {
    const before = await me(tokens.accessToken);
    const ended = await server.send('DELETE', '/v2/sessions/current', { as: 'alice' });
    const after = await me(tokens.accessToken);
    const body = { refreshToken: tokens.refreshToken };
    const refreshed = await server.send('POST', '/v2/sessions/refresh', { body });

    expect([before.status, ended.status]).toEqual([200, 204]);
    expect([after.body.code, refreshed.body.code]).toEqual(['revoked_token', 'revoked_token']);
  });

  it('S41: are dead once their session is ended elsewhere; sessions can be listed', async () => {
    const other = await server.send('POST', '/v2/sessions', {
      body: { login: 'alice', password: passwords.alice },
      headers: { 'user-agent': 'camera' },
    });
    const list = await server.send('GET', '/v2/sessions', { as: 'alice' });
    await server.send('DELETE', `/v2/sessions/${other.body.sessionId}`, { as: 'alice' });
    const after = await me(other.body.accessToken);

    expect(list.body.items).toMatchObject([
      { device: 'camera', isCurrent: false },
      { isCurrent: true },
    ]);
    expect(after.body.code).toBe('revoked_token');
  });

  it('S32: are dead once the account is closed', async () => {
    await server.send('DELETE', '/v2/me', { as: 'alice', body: { password: passwords.alice } });
    const access = await me(tokens.accessToken);
    const body = { refreshToken: tokens.refreshToken };
    const refreshed = await server.send('POST', '/v2/sessions/refresh', { body });

    expect([access.status, refreshed.status]).toEqual([401, 401]);
  });

  it('S32: are dead once the account is disabled', async () => {
    const { database } = server.app;
    await database.transaction((tx) =>
      tx.updateTable('accounts').set({ disabled_at: '2026-06-01T12:00:00.000Z' }).execute(),
    );
    const access = await me(tokens.accessToken);
    const body = { refreshToken: tokens.refreshToken };
    const refreshed = await server.send('POST', '/v2/sessions/refresh', { body });
    const login = { login: 'alice', password: passwords.alice };
    const again = await server.send('POST', '/v2/sessions', { body: login });
    const profile = await server.send('GET', '/v2/users/alice');

    expect([access.status, refreshed.status, again.status]).toEqual([401, 401, 401]);
    expect(again.body.code).toBe('wrong_password');
    expect(profile.status).toBe(404);
  });

  it('S52: follow the role in the database, not the one of their beginning', async () => {
    const before = await me(tokens.accessToken);
    await server.app.database.transaction((tx) =>
      tx.updateTable('accounts').set({ role: 'moderator' }).execute(),
    );
    const after = await me(tokens.accessToken);

    expect([before.body.role, after.body.role]).toEqual(['user', 'moderator']);
  });
});

describe('two processes with one database', () => {
  it('S31: know at once that a session was ended at the other', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rookery-test-'));
    const environment = {
      DATABASE_URL: `sqlite:${join(folder, 'both.sqlite')}`,
      SECRET_KEY: 'k3JbW9qZ7tR2yX5vN8mC4pL6hG1fD0sA',
    };
    const one = await testServer({ environment });
    const other = await testServer({ environment });
    const { accessToken } = await one.tokens('alice');
    const headers = { authorization: `Bearer ${accessToken}` };

    const before = await other.send('GET', '/v2/me', { headers });
    const ended = await one.send('DELETE', '/v2/sessions/current', { headers });
    const after = await other.send('GET', '/v2/me', { headers });
    await Promise.all([one.close(), other.close()]);
    await rm(folder, { recursive: true });

    expect([before.status, ended.status]).toEqual([200, 204]);
    expect(after.body).toMatchObject({ status: 401, code: 'revoked_token' });
  });
});
