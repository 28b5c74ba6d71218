import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { aStaffMember } from '../../../support/given.ts';
import { type OidcServer, oidcServer } from '../../../support/oidc-server.ts';
import { kinds, operations } from '../../../support/sensitive.ts';
import { type Answer, passwords, type TestServer, testServer } from '../../../support/server.ts';
import { identityServer } from '../identities/identity-server.ts';

/**
 * What each kind of session does: `.` at once; `p` with a fresh proof, and not without; `!` never. The columns are the
 * kinds in their order: password, password and second factor, passkey, provider, the same without a password, that an
 * hour later, app password. docs/decisions/0024 says why.
 */
const free = '.......';
const noAppPassword = '......!';
const fresh = 'pppp.!!';
const table: Record<string, string> = {
  'read your account': free,
  'change what others see': free,
  'write a post': free,
  'register a device': free,
  'prove a phone': free,
  'list app passwords': free,
  'list accounts as an admin': noAppPassword,
  'read an account as an admin': noAppPassword,
  'make an account as an admin': noAppPassword,
  'change an account as an admin': noAppPassword,
  'delete an account as an admin': noAppPassword,
  'remove a post as a moderator': noAppPassword,
  'remove a picture as a moderator': noAppPassword,
  'read the audit log': noAppPassword,
  'list groups': noAppPassword,
  'make a group': noAppPassword,
  'make a template': noAppPassword,
  'list invites': noAppPassword,
  'make an invite': noAppPassword,
  'revoke an invite': noAppPassword,
  'end another session': noAppPassword,
  'remove an app password': noAppPassword,
  'unlink an identity': noAppPassword,
  'begin to link in a browser': noAppPassword,
  'link an identity': fresh,
  'link an identity in a browser': fresh,
  'make an app password': fresh,
  'add a passkey': fresh,
  'remove a passkey': fresh,
  'begin a second factor': fresh,
  'confirm a second factor': noAppPassword,
  'renew recovery codes': fresh,
  'change the e-mail': fresh,
  'change the password': fresh,
  'close the account': fresh,
};

describe('a sensitive operation', () => {
  let provider: OidcServer;
  let server: TestServer;

  beforeAll(async () => {
    provider = await oidcServer();
  });

  afterEach(() => server.close());

  afterAll(() => provider.close());

  it.each(Object.keys(kinds))('by a session of kind: %s', { timeout: 60_000 }, async (name) => {
    server = await identityServer(provider);
    await server.tokens('bob');
    await aStaffMember(server, 'alice', 'admin');
    await aStaffMember(server, 'carla', 'admin');
    const givens = { server, provider };
    const kind = await kinds[name]?.(givens);
    if (!kind) throw new Error(name);
    const headers = { authorization: `Bearer ${kind.token}` };
    const send: Parameters<(typeof operations)[string]>[0] = (method, path, body) =>
      server.send(method, path, { headers, ...(body === undefined ? {} : { body }) });
    const found: Record<string, string> = {};
    for (const [operation, act] of Object.entries(operations)) {
      const without = outcomeOf(await act(send, {}, givens));
      const isProofNeeded = without !== '.' && kind.proof !== null;
      const proved = isProofNeeded ? outcomeOf(await act(send, await proofOf(kind), givens)) : null;
      found[operation] = proved === '.' && without === 'asks' ? 'p' : (proved ?? without);
    }

    const at = Object.keys(kinds).indexOf(name);
    const expected = Object.entries(table).map(([operation, cells]) => [operation, cells[at]]);
    expect(found).toEqual(Object.fromEntries(expected));
  });
});

describe('an admin route of an older contract', () => {
  let server: TestServer;

  afterEach(() => server.close());

  it('is open to sessions of the password, and to none of an app password, or opened by such', async () => {
    server = await testServer({ contracts: 'all' });
    await server.tokens('bob');
    await aStaffMember(server, 'alice', 'admin');
    const body = { name: 'Old client', password: passwords.alice };
    const made = await server.send('POST', '/v2/me/app-passwords', { as: 'alice', body });
    const found: Record<string, number[]> = {};
    for (const [kind, password] of [
      ['password', passwords.alice],
      ['app password', made.body.password],
    ]) {
      found[`base-api, ${kind}`] = await atBaseApi(password);
      found[`flask-api, ${kind}`] = await atFlaskApi(password);
    }

    expect(found).toEqual({
      'base-api, password': [200, 200, 200, 201],
      'base-api, app password': [200, 403, 403, 403],
      'flask-api, password': [200, 200, 200, 200],
      'flask-api, app password': [200, 403, 403, 200],
    });
  });

  it('S27: no older token opens a sensitive operation of /v2', async () => {
    server = await testServer({ contracts: 'all' });
    await aStaffMember(server, 'alice', 'admin');
    const password = passwords.alice;
    const base = await logInAt('/v1/auth/login', { email: 'alice@example.com', password });
    const flask = await logInAt('/api/auth/login', { username: 'alice', password });
    const hmlet = await logInAt('/compat/hmlet/login', { username: 'alice', password });
    const sns = await logInAt('/compat/mini-sns/login', { email: 'alice@example.com', password });
    const mithril = await logInAt('/api/user/login', { username: 'alice', password });
    const tokens = [
      base.body.auth_token,
      flask.body.results.access_token,
      flask.body.results.refresh_token,
      hmlet.body.access_token,
      hmlet.body.refresh_token,
      sns.body.access_token,
      mithril.body.data.token,
    ];
    for (const token of tokens) {
      const headers = { authorization: `Bearer ${token}` };
      const answers = [
        await server.send('POST', '/v2/me/identities', {
          headers,
          body: { provider: 'oidc', idToken: 't', password },
        }),
        await server.send('POST', '/v2/me/app-passwords', {
          headers,
          body: { name: 'x', password },
        }),
        await server.send('GET', '/v2/admin/accounts', { headers }),
        await server.send('POST', '/v2/invites', { headers, body: {} }),
        await server.send('DELETE', '/v2/me', { headers, body: { password } }),
      ];
      expect([token, answers.map(({ status }) => status)]).toEqual([token, Array(5).fill(401)]);
    }
  });

  const logInAt = (path: string, body: object) => server.send('POST', path, { body });

  async function atBaseApi(password: string): Promise<number[]> {
    const login = await logInAt('/v1/auth/login', { email: 'alice@example.com', password });
    const headers = { authorization: `Bearer ${login.body.auth_token}` };
    const email = `user-${password.length}@example.com`;
    const body = { username: `user-${password.length}`, email, password: 'a long walk' };
    const answers = [
      await server.send('GET', '/v1/auth/status', { headers }),
      await server.send('GET', '/v1/users', { headers }),
      await server.send('GET', '/v1/users/1', { headers }),
      await server.send('POST', '/v1/users', { headers, body }),
    ];
    return answers.map(({ status }) => status);
  }

  /** One's own document, somebody's as an admin, by a refreshed token as well, and one's own by that. */
  async function atFlaskApi(password: string): Promise<number[]> {
    const { body } = await logInAt('/api/auth/login', { username: 'alice', password });
    const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
    const first = bearer(body.results.access_token);
    const refresh = bearer(body.results.refresh_token);
    const refreshed = await server.send('GET', '/api/refresh', refresh);
    const second = bearer(refreshed.body.results.access_token);
    const change = { favorites: {} };
    const answers = [
      await server.send('PUT', '/api/user/alice', { ...first, body: change }),
      await server.send('PUT', '/api/user/bob', { ...first, body: change }),
      await server.send('PUT', '/api/user/bob', { ...second, body: change }),
      await server.send('PUT', '/api/user/alice', { ...second, body: change }),
    ];
    return answers.map(({ status }) => status);
  }
});

async function proofOf({ proof }: { proof: (() => Promise<object>) | null }): Promise<object> {
  return (await proof?.()) ?? {};
}

/** `.`: it was done, or would have been if there were something to do it to; `asks`: for a proof; `!`: never. */
function outcomeOf({ status, body }: Answer): string {
  if (status < 300 || status === 404 || status === 409) return '.';
  const field = body.fields?.[0].field;
  if (status === 422 && field === 'code') return '.';
  if (status === 422 && (field === 'password' || field === 'oldPassword')) return 'asks';
  return status === 403 ? '!' : `${status} ${JSON.stringify(body)}`;
}
