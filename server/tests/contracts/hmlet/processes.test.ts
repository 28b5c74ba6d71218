import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sharedDatabase, type TestDatabase } from '../../support/databases.ts';
import { type TestServer, testServer } from '../../support/server.ts';

const base = '/compat/hmlet';

describe('two servers on one database', () => {
  let database: TestDatabase;
  let first: TestServer;
  let second: TestServer;

  beforeEach(async () => {
    database = await sharedDatabase(process.env.TEST_DATABASE);
    const environment = { DATABASE_URL: database.url };
    first = await testServer({ contracts: 'all', environment });
    second = await testServer({ contracts: 'all', environment });
    // The tables of a new database take MySQL long on a busy machine.
  }, 120_000);

  afterEach(async () => {
    await first.close();
    await second.close();
    database.release();
  });

  function ask(server: TestServer, method: 'GET' | 'POST' | 'DELETE', path: string, token: string) {
    return server.send(method, `${base}${path}`, { headers: { authorization: `Bearer ${token}` } });
  }

  it('both know a token that was ended at one of them, and the one that was not', async () => {
    const body = { username: 'alice', password: 'test', name: 'Alice' };
    const { body: tokens } = await first.send('POST', `${base}/register`, { body });
    const before = await ask(second, 'GET', '/my-photos', tokens.access_token);

    const out = await ask(first, 'DELETE', '/logout/access', tokens.access_token);

    const after = await ask(second, 'GET', '/my-photos', tokens.access_token);
    const refreshed = await ask(second, 'POST', '/refresh', tokens.refresh_token);
    const fresh = await ask(first, 'GET', '/my-photos', refreshed.body.access_token);
    expect([before.status, out.status]).toEqual([200, 200]);
    expect([after.status, after.body]).toEqual([401, { msg: 'Token has been revoked' }]);
    expect([refreshed.status, fresh.status]).toEqual([200, 200]);
  });

  it('make no access token of a refresh token that was ended at the other', async () => {
    const body = { username: 'alice', password: 'test', name: 'Alice' };
    const { body: tokens } = await first.send('POST', `${base}/register`, { body });

    await ask(second, 'DELETE', '/logout/refresh', tokens.refresh_token);

    const refused = await ask(first, 'POST', '/refresh', tokens.refresh_token);
    const access = await ask(first, 'GET', '/my-photos', tokens.access_token);
    expect([refused.status, refused.body]).toEqual([401, { msg: 'Token has been revoked' }]);
    expect(access.status).toBe(200);
  });
});
