import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { beforeTransaction } from '../../../support/races.ts';
import { passwords, type TestServer, type Tokens, testServer } from '../../../support/server.ts';

const day = 24 * 3600 * 1000;

describe('refresh tokens', () => {
  let server: TestServer;
  let tokens: Tokens;

  beforeEach(async () => {
    server = await testServer();
    tokens = await server.tokens('alice');
  });

  afterEach(() => server.close());

  const refresh = (refreshToken: string) =>
    server.send('POST', '/v2/sessions/refresh', { body: { refreshToken } });
  const me = (accessToken: string) =>
    server.send('GET', '/v2/me', { headers: { authorization: `Bearer ${accessToken}` } });

  it('S34: rotate, and one that is used again later ends the session', async () => {
    const { body: next } = await refresh(tokens.refreshToken);
    await me(next.accessToken);
    server.clock.advance(10_001);
    const reuse = await refresh(tokens.refreshToken);
    const successor = await refresh(next.refreshToken);
    const access = await me(next.accessToken);

    expect(next.refreshToken).not.toBe(tokens.refreshToken);
    expect(reuse.body).toMatchObject({ status: 401, code: 'revoked_token' });
    expect([successor.status, access.status]).toEqual([401, 401]);
  });

  it('S34: end the session when one before the last is used, however soon', async () => {
    const { body: second } = await refresh(tokens.refreshToken);
    const { body: third } = await refresh(second.refreshToken);
    const reuse = await refresh(tokens.refreshToken);
    const latest = await refresh(third.refreshToken);

    expect([reuse.status, latest.status]).toEqual([401, 401]);
  });

  it('leave the access token from before good until it expires', async () => {
    await refresh(tokens.refreshToken);
    const meanwhile = await me(tokens.accessToken);
    server.clock.advance(16 * 60 * 1000);
    const later = await me(tokens.accessToken);

    expect(meanwhile.status).toBe(200);
    expect([later.status, later.body.code]).toEqual([401, 'expired_token']);
  });

  it('are refused when the session is forgotten at that moment', async () => {
    const { kysely } = server.app.database;
    const forget = () => kysely.deleteFrom('sessions').execute();
    const hasRun = beforeTransaction(server, forget);
    const { status, body } = await refresh(tokens.refreshToken);

    expect(hasRun()).toBe(true);
    expect([status, body.code]).toEqual([401, 'revoked_token']);
  });

  it('S34: do not touch the other sessions of the account', async () => {
    const other = await server.send('POST', '/v2/sessions', {
      body: { login: 'alice', password: passwords.alice },
    });
    const { body: next } = await refresh(tokens.refreshToken);
    await me(next.accessToken);
    server.clock.advance(10_001);
    const reuse = await refresh(tokens.refreshToken);
    const access = await me(other.body.accessToken);

    expect([reuse.status, access.status]).toEqual([401, 200]);
  });

  it('S35: sent twenty times at once give everybody the same successor', async () => {
    const requests = Array.from({ length: 20 }, () => refresh(tokens.refreshToken));
    const answers = await Promise.all(requests);
    const successors = new Set(answers.map((a) => a.body.refreshToken));
    const sessions = await server.app.database.selectFrom('sessions').selectAll().execute();

    expect(answers.map((a) => a.status)).toEqual(Array(20).fill(200));
    expect(successors.size).toBe(1);
    expect(sessions).toMatchObject([{ generation: 1, ended_at: null }]);
  });

  it('S35: sent again within ten seconds give the same successor, used or not', async () => {
    const first = await refresh(tokens.refreshToken);
    await me(first.body.accessToken);
    server.clock.advance(10_000);
    const retry = await refresh(tokens.refreshToken);

    expect(retry.status).toBe(200);
    expect(retry.body.refreshToken).toBe(first.body.refreshToken);
  });

  it.each([1, 20, 29 * 24 * 60])(
    'S35: sent again after %i minutes give another successor while that is unused, and all the same',
    async (minutes) => {
      const { body: first } = await refresh(tokens.refreshToken);
      const { body: second } = await refresh(first.refreshToken);
      server.clock.advance(minutes * 60_000);
      const requests = Array.from({ length: 20 }, () => refresh(first.refreshToken));
      const retries = await Promise.all(requests);
      const used = await me(retries[0]?.body.accessToken);
      const next = await refresh(retries[0]?.body.refreshToken);
      const third = await refresh(next.body.refreshToken);

      expect(new Set(retries.map((a) => a.status))).toEqual(new Set([200]));
      const successors = new Set(retries.map((a) => a.body.refreshToken));
      expect([successors.size, successors.has(second.refreshToken)]).toEqual([1, false]);
      expect([used.status, next.status, third.status]).toEqual([200, 200, 200]);
    },
  );

  it('S35: lost once more, and again after the retry, still give one that works', async () => {
    const { body: first } = await refresh(tokens.refreshToken);
    server.clock.advance(60_000);
    const { body: retry } = await refresh(tokens.refreshToken);
    server.clock.advance(60_000);
    const { body: again } = await refresh(tokens.refreshToken);

    const used = await me(again.accessToken);
    const next = await refresh(again.refreshToken);

    const given = new Set([first, retry, again].map((body) => body.refreshToken));
    expect([given.size, used.status, next.status]).toEqual([3, 200, 200]);
  });

  it('S34: fetched by a thief who waits are worth nothing once the owner has others', async () => {
    const { body: stolen } = await refresh(tokens.refreshToken);
    server.clock.advance(60_000);
    const { body: own } = await refresh(tokens.refreshToken);
    const before = await me(stolen.accessToken);
    const owner = await me(own.accessToken);
    const after = await me(stolen.accessToken);
    const reuse = await refresh(stolen.refreshToken);
    const ended = await refresh(own.refreshToken);

    expect([before, after].map(({ body }) => body.code)).toEqual(Array(2).fill('revoked_token'));
    expect(owner.status).toBe(200);
    expect([reuse.body.code, ended.body.code]).toEqual(Array(2).fill('revoked_token'));
  });

  it('S35: sent by several tabs after a lost answer give all the same, used or not', async () => {
    await refresh(tokens.refreshToken);
    server.clock.advance(60_000);
    const first = await refresh(tokens.refreshToken);
    await me(first.body.accessToken);
    const second = await refresh(tokens.refreshToken);
    const used = await me(second.body.accessToken);

    expect(second.body.refreshToken).toBe(first.body.refreshToken);
    expect(used.status).toBe(200);
  });

  it('S34: end the session when it is used between the question and the answer to a retry', async () => {
    const { body: stolen } = await refresh(tokens.refreshToken);
    server.clock.advance(60_000);
    const hasRun = beforeTransaction(server, () => me(stolen.accessToken));
    const owner = await refresh(tokens.refreshToken);
    const thief = await me(stolen.accessToken);

    expect(hasRun()).toBe(true);
    expect([owner.body.code, thief.body.code]).toEqual(Array(2).fill('revoked_token'));
  });

  it('S34: end the session when the access token of a successor was used by whoever got it first', async () => {
    await refresh(tokens.refreshToken);
    server.clock.advance(60_000);
    const { body: stolen } = await refresh(tokens.refreshToken);
    await me(stolen.accessToken);
    server.clock.advance(10_001);
    const owner = await refresh(tokens.refreshToken);
    const thief = await refresh(stolen.refreshToken);

    expect([owner.body.code, thief.body.code]).toEqual(Array(2).fill('revoked_token'));
  });

  it('S34: end the session when used again after their successor was refreshed, access token or not', async () => {
    const { body: second } = await refresh(tokens.refreshToken);
    server.clock.advance(60_000);
    await refresh(second.refreshToken);
    const reuse = await refresh(tokens.refreshToken);

    expect(reuse.body.code).toBe('revoked_token');
  });

  it('S34: of a session from before their use was noted count as used', async () => {
    await refresh(tokens.refreshToken);
    await server.app.database.transaction((tx) =>
      tx.updateTable('sessions').set({ used_generation: null }).execute(),
    );
    server.clock.advance(10_001);
    const reuse = await refresh(tokens.refreshToken);

    expect(reuse.body.code).toBe('revoked_token');
  });

  it('S35: are noted as used once, however many requests use the access token at once', async () => {
    const { body: next } = await refresh(tokens.refreshToken);
    const answers = await Promise.all(Array.from({ length: 20 }, () => me(next.accessToken)));
    const rows = await server.app.database.selectFrom('sessions').selectAll().execute();

    expect(new Set(answers.map((a) => a.status))).toEqual(new Set([200]));
    expect(rows).toMatchObject([{ generation: 1, used_generation: 1 }]);
  });

  it('S36: end after 180 days, however often they are used', async () => {
    let latest = tokens.refreshToken;
    for (let used = 0; used < 8; used += 1) {
      server.clock.advance(22 * day);
      latest = (await refresh(latest)).body.refreshToken;
    }
    server.clock.advance(4 * day);
    const after = await refresh(latest);

    expect(after.body).toMatchObject({ status: 401, code: 'expired_token' });
  });

  it('S36: end after 30 days without use', async () => {
    server.clock.advance(30 * day);
    const after = await refresh(tokens.refreshToken);

    expect(after.body.code).toBe('expired_token');
  });

  it('S37: carry 256 bits that the database does not know', async () => {
    const mac = tokens.refreshToken.split('.')[2] ?? '';
    const rows = await server.app.database.selectFrom('sessions').selectAll().execute();

    expect(mac).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(rows)).not.toContain(mac);
  });

  it('S37: cannot be guessed', async () => {
    const mac = '0'.repeat(64);
    const guesses = ['a', '1.0', '0.0.aa', `1.0.${mac}`, `1.1.${mac}`, `9999999999.0.${mac}`];
    const answers = await Promise.all(guesses.map(refresh));
    const owner = await refresh(tokens.refreshToken);

    expect(answers.map((a) => a.body.code)).toEqual(guesses.map(() => 'bad_token'));
    expect(owner.status).toBe(200);
  });

  it('S38: are no access tokens, and access tokens are no refresh tokens', async () => {
    const asAccess = await me(tokens.refreshToken);
    const asRefresh = await refresh(tokens.accessToken.slice(0, 200));

    expect(asAccess.body.code).toBe('bad_token');
    expect(asRefresh.body.code).toBe('bad_token');
  });

  it('S27: of another contract are not taken', async () => {
    const foreign = await server.app.services.sessions.logIn({
      login: 'alice',
      password: passwords.alice,
      audience: 'elsewhere',
      device: { name: '', address: '127.0.0.1' },
      idempotencyKey: null,
    });
    const access = await me(foreign.accessToken);
    const refreshed = await refresh(foreign.refreshToken);

    expect([access.body.code, refreshed.body.code]).toEqual(['bad_token', 'bad_token']);
  });
});
