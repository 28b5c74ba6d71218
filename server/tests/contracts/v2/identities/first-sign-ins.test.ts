import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OidcServer, oidcServer } from '../../../support/oidc-server.ts';
import { aChallenge, aTotp } from '../../../support/second-factor.ts';
import { passwords, type TestServer } from '../../../support/server.ts';
import { identityServer, signInWith, verifyEmail } from './identity-server.ts';

const alice = { sub: 'a-1', email: 'alice@example.com', email_verified: true, name: 'Alice' };

describe('a first sign-in', () => {
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

  async function accounts() {
    return server.app.database
      .selectFrom('accounts')
      .select(['id', 'username', 'email', 'email_verified_at'])
      .orderBy('id')
      .execute();
  }

  const names = () =>
    server.app.database.selectFrom('account_names').selectAll().orderBy('name_key').execute();

  it('twenty times at once makes one account', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => signInWith(server, provider, alice)),
    );

    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201));
    expect(answers.filter(({ body }) => body.created)).toHaveLength(1);
    expect(await accounts()).toHaveLength(1);
    expect((await names()).map(({ name_key }) => name_key)).toEqual(['alice', 'alice@example.com']);
  });

  it('of twenty people with one name gives each a username', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        signInWith(server, provider, { sub: `s-${i}`, name: 'Bob' }),
      ),
    );

    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201));
    const all = (await accounts()).map(({ username }) => username);
    expect(new Set(all).size).toBe(20);
    expect(all).toEqual(Array(20).fill(expect.stringMatching(/^bob\d{0,8}$/)));
  });

  it('of twenty identities with one verified e-mail makes one account', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        signInWith(server, provider, { ...alice, sub: `s-${i}` }),
      ),
    );

    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201));
    expect(answers.filter(({ body }) => body.created)).toHaveLength(1);
    expect(await accounts()).toHaveLength(1);
  });

  it('amid sign-ups by password with the same e-mail leaves it to its owner', async () => {
    const squat = (i: number) =>
      server.send('POST', '/v2/accounts', {
        body: { username: `bob${i}`, password: passwords.bob, email: 'alice@example.com' },
      });
    const squats = Array.from({ length: 6 }, (_, i) => squat(i));
    const [answer] = await Promise.all([signInWith(server, provider, alice), ...squats]);

    expect(answer.status).toBe(201);
    const holders = (await accounts()).filter(({ email }) => email !== null);
    expect(holders).toEqual([expect.objectContaining({ username: 'alice', email: alice.email })]);
    const claim = (await names()).filter(({ kind }) => kind === 'email');
    expect(claim.map(({ account_id }) => account_id)).toEqual([holders[0]?.id]);
  });

  it('that joins an account ends the challenges that wait for it', async () => {
    await server.tokens('alice');
    await verifyEmail(server, 'alice');
    const { code } = await aTotp(server, 'alice');
    const challenge = await aChallenge(server, 'alice');
    const joined = await signInWith(server, provider, alice);
    const second = { challenge, code: code() };
    const answer = await server.send('POST', '/v2/sessions/second-factor', { body: second });

    expect(joined.body.code).toBe('second_factor_required');
    expect([answer.status, answer.body.code]).toEqual([410, 'gone']);
  });

  it('takes the name from the address where there is none, and a number where it is taken', async () => {
    await server.tokens('alice');
    await signInWith(server, provider, { sub: 'a', email: 'alice@elsewhere.example' });
    await signInWith(server, provider, { sub: 'b', name: '愛' });
    await signInWith(server, provider, { sub: 'c', name: 'Admin' });
    await signInWith(server, provider, { sub: 'd', name: '\u202e\u0000 Bob \u200b' });

    const rows = await server.app.database
      .selectFrom('accounts')
      .select(['username', 'display_name'])
      .orderBy('id')
      .execute();
    expect(rows.slice(1).map((row) => Object.values(row))).toEqual([
      ['alice2', 'alice2'],
      ['user', '愛'],
      ['user2', 'Admin'],
      ['bob', 'Bob'],
    ]);
  });

  it('is refused where sign-ups are closed, and changes nothing; who is known gets in', async () => {
    const closed = await identityServer(provider, { environment: { SIGNUPS: 'closed' } });
    const { accounts } = closed.app.services;
    const names = { username: 'alice', email: alice.email, displayName: null };
    await accounts.create({ ...names, password: passwords.alice, idempotencyKey: null });
    const idToken = await provider.idToken({ sub: 'known' });
    const body = { provider: 'oidc', idToken, password: passwords.alice };
    await closed.send('POST', '/v2/me/identities', { as: 'alice', body });

    const stranger = await signInWith(closed, provider, alice);
    const known = await signInWith(closed, provider, { sub: 'known' });

    expect([stranger.status, stranger.body.code]).toEqual([403, 'forbidden']);
    expect([known.status, known.body.created]).toEqual([201, false]);
    expect((await closed.send('GET', '/v2/me', { as: 'alice' })).body.email).toBe(alice.email);
    await closed.close();
  });

  it('S32: does not open a disabled account, neither a known one nor one to be joined', async () => {
    await signInWith(server, provider, alice);
    await server.tokens('bob');
    await verifyEmail(server, 'bob');
    await server.app.database.transaction((tx) =>
      tx.updateTable('accounts').set({ disabled_at: server.clock.now().toISOString() }).execute(),
    );

    const known = await signInWith(server, provider, alice);
    const joining = await signInWith(server, provider, {
      ...alice,
      sub: 'b',
      email: 'bob@example.com',
    });

    expect([known.status, joining.status]).toEqual([403, 403]);
    const identities = await server.app.database.selectFrom('identities').select('id').execute();
    expect(identities).toHaveLength(1);
    const refused = await server.app.database
      .selectFrom('audit_log')
      .select('details')
      .where('action', '=', 'session.refused')
      .execute();
    const details = { by: 'identity', provider: 'oidc', audience: 'v2', code: 'forbidden' };
    expect(refused.map((entry) => JSON.parse(entry.details))).toEqual([details, details]);
  });
});
