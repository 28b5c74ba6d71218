import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Claims, type OidcServer, oidcServer } from '../../../support/oidc-server.ts';
import { passwords, type TestServer } from '../../../support/server.ts';
import { identityServer, signInWith, verifyEmail } from './identity-server.ts';

const owner = { sub: 'alice-at-the-provider', name: 'Alice Rivers' };

type Outcome =
  | 'joins the account'
  | 'gets a new account with the e-mail, which the other loses'
  | 'gets a new account with the e-mail'
  | 'gets a new account without an e-mail'
  | 'is told to sign in and link';

type Row = {
  local: 'nobody' | 'an unverified claim' | 'a verified owner';
  provided: Omit<Claims, 'sub' | 'name'>;
  outcome: Outcome;
};

const email = 'alice@example.com';
const verified = { email, email_verified: true };
const unverified = { email, email_verified: false };
const lost = 'gets a new account with the e-mail, which the other loses';
const told = 'is told to sign in and link';

/** S24: what each side knows of an address, and whose it is then. */
const matrix: Row[] = [
  { local: 'nobody', provided: verified, outcome: 'gets a new account with the e-mail' },
  { local: 'nobody', provided: unverified, outcome: 'gets a new account without an e-mail' },
  { local: 'nobody', provided: { email }, outcome: 'gets a new account without an e-mail' },
  { local: 'nobody', provided: {}, outcome: 'gets a new account without an e-mail' },
  { local: 'an unverified claim', provided: verified, outcome: lost },
  {
    local: 'an unverified claim',
    provided: { ...verified, email: 'Alice@EXAMPLE.com' },
    outcome: lost,
  },
  { local: 'an unverified claim', provided: unverified, outcome: told },
  {
    local: 'an unverified claim',
    provided: {},
    outcome: 'gets a new account without an e-mail',
  },
  { local: 'a verified owner', provided: verified, outcome: 'joins the account' },
  {
    local: 'a verified owner',
    provided: { ...verified, email: 'ALICE@example.com' },
    outcome: 'joins the account',
  },
  { local: 'a verified owner', provided: unverified, outcome: told },
  { local: 'a verified owner', provided: { email }, outcome: told },
  {
    local: 'a verified owner',
    provided: { ...unverified, email: 'Alice@Example.com' },
    outcome: told,
  },
  {
    // Full-width letters, which would be folded to alice@example.com.
    local: 'a verified owner',
    provided: { ...verified, email: 'ａlice@example.com' },
    outcome: 'gets a new account without an e-mail',
  },
  {
    local: 'an unverified claim',
    provided: { ...verified, email: 'alice\u200b@example.com' },
    outcome: 'gets a new account without an e-mail',
  },
];

describe('S24: the take-over matrix', () => {
  let provider: OidcServer;
  let server: TestServer;

  beforeAll(async () => {
    provider = await oidcServer();
  });

  beforeEach(async () => {
    server = await identityServer(provider);
  });

  afterEach(() => server.close());

  afterAll(() => provider.close());

  const signIn = (claims: Claims) => signInWith(server, provider, claims);
  const meBy = async (token: string) =>
    server.send('GET', '/v2/me', { headers: { authorization: `Bearer ${token}` } });
  const logIn = (login: string) =>
    server.send('POST', '/v2/sessions', { body: { login, password: passwords.alice } });

  it.each(matrix)('with $local here, $provided $outcome', async ({ local, provided, outcome }) => {
    const here = local === 'nobody' ? null : await server.tokens('alice');
    if (local === 'a verified owner') await verifyEmail(server, 'alice');
    const before = here && (await meBy(here.accessToken)).body;

    const answer = await signIn({ ...owner, ...provided });

    const after = here && (await meBy(here.accessToken));
    if (outcome === told) {
      expect([answer.status, answer.body.code]).toEqual([409, 'conflict']);
      expect(after?.body).toEqual(before);
      return;
    }
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    const me = (await meBy(answer.body.accessToken)).body;
    const isNew = outcome !== 'joins the account';
    const hasEmail = outcome !== 'gets a new account without an e-mail';
    expect(answer.body.created).toBe(isNew);
    expect(me.id === before?.id).toBe(!isNew);
    expect([me.email?.toLowerCase() ?? null, me.emailVerified]).toEqual(
      hasEmail ? [email, true] : [null, false],
    );
    expect(after?.status ?? 401).toBe(outcome === lost || !here ? 401 : 200);
  });

  it('shuts out who registered with the address of somebody else', async () => {
    const squatter = await server.tokens('alice');
    const { body: begun } = await logIn(email);

    const { body } = await signIn({ ...owner, ...verified });

    const byEmail = await logIn(email);
    const refresh = { refreshToken: squatter.refreshToken };
    const refreshed = await server.send('POST', '/v2/sessions/refresh', { body: refresh });
    expect([begun.tokenType, byEmail.status, refreshed.status]).toEqual(['Bearer', 401, 401]);
    expect((await meBy(squatter.accessToken)).status).toBe(401);
    expect((await meBy(begun.accessToken)).status).toBe(401);
    const byName = await logIn('alice');
    const others = (await meBy(byName.body.accessToken)).body;
    expect([others.email, others.emailVerified]).toEqual([null, false]);
    expect((await meBy(body.accessToken)).body).toMatchObject({
      username: 'alice-rivers',
      email,
      emailVerified: true,
    });
  });

  it('writes down what was taken and what was given', async () => {
    await server.tokens('alice');
    await signIn({ ...owner, ...verified });

    const entries = await server.app.database
      .selectFrom('audit_log')
      .select('action')
      .where((eb) => eb.or([eb('account_id', '=', 2), eb('action', '=', 'email.released')]))
      .orderBy('id')
      .execute();

    expect(entries.map(({ action }) => action)).toEqual([
      'email.released',
      'account.created',
      'identity.linked',
      'session.opened',
    ]);
  });

  it('tells the owner of an account that a provider leads into it now', async () => {
    await server.tokens('alice');
    await verifyEmail(server, 'alice');
    await signIn({ ...owner, ...verified });

    const events = await server.app.database
      .selectFrom('outbox')
      .select('payload')
      .where('topic', '=', 'account.changed')
      .execute();

    expect(events.map(({ payload }) => JSON.parse(payload))).toEqual([
      { accountId: 1, what: 'identity' },
    ]);
  });

  it('S22: a known identity finds its account, whatever its address is by now', async () => {
    const first = await signIn({ ...owner, ...verified });
    await server.tokens('bob');
    await verifyEmail(server, 'bob');

    const moved = await signIn({ ...owner, email: 'bob@example.com', email_verified: true });

    expect(moved.body.created).toBe(false);
    expect((await meBy(moved.body.accessToken)).body.id).toBe(
      (await meBy(first.body.accessToken)).body.id,
    );
  });

  it('S22: the same subject at another issuer is somebody else', async () => {
    const other = await oidcServer();
    const environment = { GOOGLE_ISSUER: other.issuer, GOOGLE_CLIENT_ID: other.clientId };
    const both = await identityServer(provider, { environment });
    const here = await signInWith(both, provider, owner);

    const there = await signInWith(both, other, owner, 'google');

    expect([here.body.created, there.body.created]).toEqual([true, true]);
    await both.close();
    await other.close();
  });

  it('two providers that know the same address lead into one account', async () => {
    const other = await oidcServer();
    const environment = { GOOGLE_ISSUER: other.issuer, GOOGLE_CLIENT_ID: other.clientId };
    const both = await identityServer(provider, { environment });
    const here = await signInWith(both, provider, { ...owner, ...verified });

    const there = await signInWith(both, other, { sub: 'g-1', ...verified }, 'google');

    expect([here.body.created, there.body.created]).toEqual([true, false]);
    const { body } = await both.send('GET', '/v2/me/identities', {
      headers: { authorization: `Bearer ${there.body.accessToken}` },
    });
    expect(body.items.map((it: { provider: string }) => it.provider)).toEqual(['oidc', 'google']);
    await both.close();
    await other.close();
  });
});
