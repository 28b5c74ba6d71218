import { softAuthenticator } from './authenticator.ts';
import { signInContext } from './issued.ts';
import type { OidcServer } from './oidc-server.ts';
import { aPasskey, aTotp, logIn } from './second-factor.ts';
import { type Answer, passwords, type TestServer, type Tokens } from './server.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Send = (method: Method, path: string, body?: object) => Promise<Answer>;

/** A session of alice's, and how she shows with it that the account is hers; null: she has nothing to show. */
export type Kind = { token: string; proof: (() => Promise<object>) | null };

/** Her account, as an admin; each kind of session makes what it needs of it. */
export type Givens = { server: TestServer; provider: OidcServer };

const password = passwords.alice;
const atProvider = { sub: 'alice-elsewhere' };

/** How sessions are opened. */
export const kinds: Record<string, (givens: Givens) => Promise<Kind>> = {
  async password({ server }) {
    return { token: tokenOf(await logIn(server, 'alice')), proof: async () => ({ password }) };
  },

  async 'password and second factor'({ server }) {
    const { code } = await aTotp(server, 'alice');
    const challenge = (await logIn(server, 'alice')).body.challenge.token;
    const body = { challenge, code: code() };
    const opened = await server.send('POST', '/v2/sessions/second-factor', { body });
    return {
      token: tokenOf(opened),
      proof: async () => {
        // No step works twice.
        server.clock.advance(60_000);
        return { secondFactorCode: code() };
      },
    };
  },

  async passkey({ server }) {
    const authenticator = await aPasskey(server, 'alice');
    const options = await server.send('POST', '/v2/sessions/passkey/options');
    const body = { response: authenticator.get(options.body) };
    const token = tokenOf(await server.send('POST', '/v2/sessions/passkey', { body }));
    return {
      token,
      proof: async () => {
        const headers = { authorization: `Bearer ${token}` };
        const asked = await server.send('POST', '/v2/me/owner-check/options', { headers });
        return { passkey: authenticator.get(asked.body) };
      },
    };
  },

  async provider({ server, provider }) {
    const link = { provider: 'oidc', idToken: await provider.idToken(atProvider), password };
    await server.send('POST', '/v2/me/identities', { as: 'alice', body: link });
    return { token: await byProvider(server, provider), proof: async () => ({ password }) };
  },

  async 'provider, without a password'(givens) {
    return { token: await withoutPassword(givens), proof: null };
  },

  async 'the same an hour later'(givens) {
    await withoutPassword(givens);
    const { server, provider } = givens;
    const body = { refreshToken: (await signIn(server, provider)).body.refreshToken };
    server.clock.advance(3_600_000);
    return {
      token: tokenOf(await server.send('POST', '/v2/sessions/refresh', { body })),
      proof: null,
    };
  },

  async 'app password'({ server }) {
    const made = await anAppPassword(server);
    return {
      token: tokenOf(await logIn(server, 'alice', made.password)),
      proof: async () => ({ password }),
    };
  },
};

/** What is tried, in this order, since some ends the next. */
export const operations: Record<
  string,
  (send: Send, proof: object, givens: Givens) => Promise<Answer>
> = {
  'read your account': (send) => send('GET', '/v2/me'),
  'change what others see': (send) => send('PATCH', '/v2/me', { bio: 'Light.' }),
  'write a post': (send) => send('POST', '/v2/posts', { text: 'Hello.' }),
  'register a device': (send) =>
    send('PUT', '/v2/me/devices/phone', { type: 'android', token: 'a-token' }),
  'prove a phone': (send) => send('POST', '/v2/me/phone', { phone: '+598 98 765 432' }),
  'list app passwords': (send) => send('GET', '/v2/me/app-passwords'),
  'list accounts as an admin': (send) => send('GET', '/v2/admin/accounts'),
  'read an account as an admin': (send) => send('GET', '/v2/admin/accounts/1'),
  'make an account as an admin': (send) =>
    send('POST', '/v2/admin/accounts', { username: `user-${next()}`, password: 'a long walk' }),
  'change an account as an admin': async (send, _proof, givens) =>
    send('PATCH', `/v2/admin/accounts/${await bobsId(givens)}`, { disabled: true }),
  'delete an account as an admin': (send) => send('DELETE', '/v2/admin/accounts/2147483647'),
  'remove a post as a moderator': (send) =>
    send('DELETE', '/v2/admin/posts/2147483647', { reason: 'Advertising.' }),
  'remove a picture as a moderator': (send) =>
    send('DELETE', '/v2/admin/media/2147483647', { reason: 'Advertising.' }),
  'read the audit log': (send) => send('GET', '/v2/admin/audit-log'),
  'list groups': (send) => send('GET', '/v2/admin/groups'),
  'make a group': (send) => send('POST', '/v2/admin/groups', { name: `Group ${next()}` }),
  'make a template': (send) =>
    send('POST', '/v2/admin/event-templates', { name: `Template ${next()}`, text: 'Hello.' }),
  'list invites': (send) => send('GET', '/v2/invites'),
  'make an invite': (send) => send('POST', '/v2/invites', {}),
  'revoke an invite': (send) => send('DELETE', '/v2/invites/2147483647'),
  'end another session': async (send, _proof, { server }) => {
    const { sessionId } = await another(server);
    return send('DELETE', `/v2/sessions/${sessionId}`);
  },
  'remove an app password': async (send, _proof, { server }) => {
    const { id } = await anAppPassword(server);
    return send('DELETE', `/v2/me/app-passwords/${id}`);
  },
  'unlink an identity': async (send, _proof, { server }) => {
    const id = 1_000_000 + next();
    const at = server.clock.now().toISOString();
    const row = {
      id,
      account_id: await alicesId(server),
      issuer: 'https://example.com',
      email: null,
    };
    const times = { created_at: at, last_used_at: at };
    await server.app.database.transaction((tx) =>
      tx
        .insertInto('identities')
        .values({ ...row, subject: String(id), ...times })
        .execute(),
    );
    return send('DELETE', `/v2/me/identities/${id}`);
  },
  'begin to link in a browser': (send, _proof, { provider }) => {
    const body = { redirectUri: provider.redirectUri, link: true };
    return send('POST', '/v2/identity-providers/oidc/authorizations', body);
  },
  'link an identity': async (send, proof, { provider }) => {
    const idToken = await provider.idToken({ sub: `it-${next()}` });
    return send('POST', '/v2/me/identities', { provider: 'oidc', idToken, ...proof });
  },
  'link an identity in a browser': async (send, proof, { provider }) => {
    const path = '/v2/identity-providers/oidc/authorizations';
    const begun = await send('POST', path, { redirectUri: provider.redirectUri, link: true });
    if (begun.status !== 201) return begun;
    const sub = `it-${next()}`;
    provider.know({ sub });
    const end = await provider.signIn(begun.body.authorizationUrl, sub);
    const { state, code, iss } = Object.fromEntries(end.searchParams);
    return send('POST', '/v2/me/identities', { provider: 'oidc', state, code, iss, ...proof });
  },
  'make an app password': (send, proof) =>
    send('POST', '/v2/me/app-passwords', { name: 'Old client', ...proof }),
  'add a passkey': async (send, proof) => {
    const { status, body } = await send('POST', '/v2/me/passkeys/options');
    const response =
      status === 200 ? softAuthenticator().create(body) : softAuthenticator().create(noOptions);
    return send('POST', '/v2/me/passkeys', { name: 'My phone', response, ...proof });
  },
  'remove a passkey': (send, proof) => send('DELETE', '/v2/me/passkeys/2147483647', proof),
  'begin a second factor': (send, proof) => send('POST', '/v2/me/totp', proof),
  'confirm a second factor': (send) => send('POST', '/v2/me/totp/confirm', { code: '000000' }),
  'renew recovery codes': (send, proof) => send('POST', '/v2/me/recovery-codes', proof),
  'change the e-mail': (send, proof) =>
    send('POST', '/v2/me/email', { email: 'other@example.org', ...proof }),
  'change the password': async (send, proof, { server }) => {
    const before = await hashOf(server);
    const old = Object.keys(proof).length === 0 ? {} : { oldPassword: password };
    const answer = await send('PUT', '/v2/me/password', { ...old, newPassword: 'a short swim' });
    await setHash(server, before);
    return answer;
  },
  'close the account': (send, proof) => send('DELETE', '/v2/me', proof),
};

const noOptions = { challenge: 'bm9uZQ', user: { id: 'bm9uZQ' } };

let count = 0;
function next(): number {
  count += 1;
  return count;
}

function tokenOf({ status, body }: Answer): string {
  if (status >= 300) throw new Error(JSON.stringify(body));
  return body.accessToken;
}

/** Another session of hers, opened just now. */
async function another(server: TestServer): Promise<Tokens> {
  const { sessions } = server.app.services;
  return sessions.open(await alicesId(server), { by: 'passkey' }, signInContext('v2'));
}

async function anAppPassword(server: TestServer): Promise<{ id: number; password: string }> {
  const headers = { authorization: `Bearer ${(await another(server)).accessToken}` };
  const { body: me } = await server.send('GET', '/v2/me', { headers });
  const body = { name: 'Old client', ...(me.hasPassword ? { password } : {}) };
  return (await server.send('POST', '/v2/me/app-passwords', { headers, body })).body;
}

async function alicesId(server: TestServer): Promise<number> {
  return (await server.send('GET', '/v2/users/alice')).body.id;
}

async function bobsId({ server }: Givens): Promise<number> {
  return (await server.send('GET', '/v2/users/bob')).body.id ?? 2147483647;
}

async function signIn(server: TestServer, provider: OidcServer): Promise<Answer> {
  const body = { idToken: await provider.idToken(atProvider) };
  return server.send('POST', '/v2/identity-providers/oidc/sign-in', { body });
}

async function byProvider(server: TestServer, provider: OidcServer): Promise<string> {
  return tokenOf(await signIn(server, provider));
}

/** Alice, who has only ever come through the provider: her account is made an admin's. */
async function withoutPassword({ server, provider }: Givens): Promise<string> {
  const link = { provider: 'oidc', idToken: await provider.idToken(atProvider), password };
  await server.send('POST', '/v2/me/identities', { as: 'alice', body: link });
  await setHash(server, null);
  return byProvider(server, provider);
}

async function hashOf({ app }: TestServer): Promise<string | null> {
  const query = app.database.selectFrom('accounts').select('password_hash');
  return (await query.where('username', '=', 'alice').executeTakeFirstOrThrow()).password_hash;
}

async function setHash({ app }: TestServer, hash: string | null): Promise<void> {
  await app.database.transaction((tx) =>
    tx
      .updateTable('accounts')
      .set({ password_hash: hash })
      .where('username', '=', 'alice')
      .execute(),
  );
}
