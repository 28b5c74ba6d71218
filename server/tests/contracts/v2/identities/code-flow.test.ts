import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OidcServer, oidcServer } from '../../../support/oidc-server.ts';
import { type Person, passwords, type TestServer } from '../../../support/server.ts';
import { identityServer } from './identity-server.ts';

const alice = { sub: 'a-1', email: 'alice@example.com', email_verified: true, name: 'Alice' };
const bob = { sub: 'b-1', email: 'bob@example.com', email_verified: true, name: 'Bob' };

type Brought = { state: string; code: string; iss: string };

describe('signing in over the browser', () => {
  let provider: OidcServer;
  let server: TestServer;

  beforeAll(async () => {
    provider = await oidcServer();
    provider.know(alice);
    provider.know(bob);
  });

  beforeEach(async () => {
    const { issuer, clientId, clientSecret } = provider;
    server = await identityServer(provider, {
      environment: {
        GOOGLE_ISSUER: issuer,
        GOOGLE_CLIENT_ID: clientId,
        GOOGLE_CLIENT_SECRET: clientSecret,
      },
    });
  });

  afterEach(() => server.close());

  afterAll(() => provider.close());

  type Begin = { name?: string; as?: Person; link?: boolean; redirectUri?: string };

  function begin({ name = 'oidc', as, ...body }: Begin = {}) {
    return server.send('POST', `/v2/identity-providers/${name}/authorizations`, {
      as,
      body: { redirectUri: provider.redirectUri, ...body },
    });
  }

  /** What the browser brings back once somebody has signed in at the provider. */
  async function brought(options: Begin = {}, sub = 'a-1'): Promise<Brought> {
    const { body } = await begin(options);
    const end = await provider.signIn(body.authorizationUrl, sub);
    expect(`${end.origin}${end.pathname}`).toBe(provider.redirectUri);
    return Object.fromEntries(end.searchParams) as Brought;
  }

  function confirm({ state, code, iss }: Partial<Brought>, name = 'oidc') {
    const body = { state, code, ...(iss ? { iss } : {}) };
    return server.send('POST', `/v2/identity-providers/${name}/authorizations/confirm`, { body });
  }

  async function me(token: string) {
    const headers = { authorization: `Bearer ${token}` };
    return (await server.send('GET', '/v2/me', { headers })).body;
  }

  it('is offered', async () => {
    const { body } = await server.send('GET', '/v2/identity-providers');

    expect(body.items).toEqual([
      { name: 'google', credential: 'id-token', canAuthorize: true },
      { name: 'oidc', credential: 'id-token', canAuthorize: true },
    ]);
  });

  it('makes an account, and finds it again', async () => {
    const first = await confirm(await brought());
    const second = await confirm(await brought());

    expect([first.status, first.body.created]).toEqual([201, true]);
    expect([second.status, second.body.created]).toEqual([201, false]);
    expect(await me(second.body.accessToken)).toMatchObject({
      username: 'alice',
      displayName: 'Alice',
      email: 'alice@example.com',
      emailVerified: true,
      hasPassword: false,
    });
  });

  it('works with Google in the same way', async () => {
    const answer = await confirm(await brought({ name: 'google' }), 'google');

    expect([answer.status, answer.body.created]).toEqual([201, true]);
  });

  it('S57: sends a challenge of S256, a state and a nonce, and keeps none of it in plain', async () => {
    const { body } = await begin();
    const query = Object.fromEntries(new URL(body.authorizationUrl).searchParams);

    expect(query).toMatchObject({
      response_type: 'code',
      client_id: provider.clientId,
      redirect_uri: provider.redirectUri,
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[0-9a-f]{64}$/),
      state: body.state,
    });
    const rows = await server.app.database.selectFrom('verifications').selectAll().execute();
    const kept = JSON.stringify(rows);
    const challengeOf = (text: string) => createHash('sha256').update(text).digest('base64url');
    expect(rows).toHaveLength(1);
    expect(kept).not.toContain(query.nonce);
    expect(kept).not.toContain(body.state.split('.')[1]);
    expect(kept.split(/[^\w-]+/).map(challengeOf)).not.toContain(query.code_challenge);
  });

  it('lets one of twenty parallel confirmations through', async () => {
    const back = await brought();

    const answers = await Promise.all(Array.from({ length: 20 }, () => confirm(back)));

    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([201, ...Array(19).fill(410)]);
    expect(await server.app.database.selectFrom('sessions').select('id').execute()).toHaveLength(1);
  });

  it('S55: takes a code once, and nothing with it later', async () => {
    const back = await brought();
    const { state } = (await begin()).body;

    const first = await confirm(back);
    const again = await confirm(back);
    const injected = await confirm({ ...back, state });

    expect([first.status, again.status]).toEqual([201, 410]);
    expect([injected.status, injected.body.fields[0].field]).toEqual([422, 'code']);
  });

  it('S58: refuses a code that was given for another beginning', async () => {
    const [hers, his] = [await brought(), await brought({}, 'b-1')];

    const answer = await confirm({ ...hers, code: his.code });

    expect([answer.status, answer.body.fields[0].field]).toEqual([422, 'code']);
  });

  it('S56: is over after ten minutes', async () => {
    const back = await brought();
    server.clock.advance(10 * 60_000);

    const answer = await confirm(back);

    expect([answer.status, answer.body.code]).toEqual([410, 'expired']);
  });

  it.each([
    ['https://app.example.com/signed-in/'],
    ['https://app.example.com/signed-in?next=/'],
    ['https://APP.example.com/signed-in'],
    ['https://app.example.com/signed-in/../elsewhere'],
    ['https://app.example.com.evil.example/signed-in'],
    ['javascript:alert(1)'],
    ['data:text/html,hello'],
    ['//app.example.com/signed-in'],
  ])('S53, S54: sends nobody back to %s', async (redirectUri) => {
    const answer = await begin({ redirectUri });

    expect([answer.status, answer.body.fields[0].field]).toEqual([422, 'redirectUri']);
  });

  it('refuses a state that nobody gave out, or that was changed', async () => {
    const back = await brought();
    const forged = back.state.replace(/.$/, (last) => (last === '0' ? '1' : '0'));

    for (const state of [forged, 'abc', `999.${'0'.repeat(32)}`]) {
      const answer = await confirm({ ...back, state });
      expect([answer.status, answer.body.fields[0].field]).toEqual([422, 'state']);
    }
    expect((await confirm(back)).status).toBe(201);
  });

  it('refuses a state of another provider', async () => {
    const back = await brought();

    const answer = await confirm(back, 'google');

    expect([answer.status, answer.body.fields[0].field]).toEqual([422, 'state']);
  });

  it('wants to know who answered, where the provider says it', async () => {
    const { iss: _, ...silent } = await brought();
    const missing = await confirm(silent);
    const wrong = await confirm({ ...(await brought()), iss: 'https://evil.example.com' });

    expect([missing.status, missing.body.fields[0].field]).toEqual([422, 'iss']);
    expect([wrong.status, wrong.body.fields[0].field]).toEqual([422, 'iss']);
  });

  it('asks the provider for what an ID token leaves out', async () => {
    const silent = await oidcServer({ isTalkative: false });
    silent.know(alice);
    const other = await identityServer(silent);
    const path = '/v2/identity-providers/oidc/authorizations';
    const { redirectUri } = silent;
    const { body } = await other.send('POST', path, { body: { redirectUri } });
    const end = await silent.signIn(body.authorizationUrl, 'a-1');
    const { state, code, iss } = Object.fromEntries(end.searchParams);

    const answer = await other.send('POST', `${path}/confirm`, { body: { state, code, iss } });

    const headers = { authorization: `Bearer ${answer.body.accessToken}` };
    const own = (await other.send('GET', '/v2/me', { headers })).body;
    expect([own.email, own.emailVerified, own.username]).toEqual([alice.email, true, 'alice']);
    await other.close();
    await silent.close();
  });

  describe('to link', () => {
    const link = (as: Person, back: Brought) =>
      server.send('POST', '/v2/me/identities', {
        as,
        body: { provider: 'oidc', ...back, password: passwords[as] },
      });

    it('opens a way into the account', async () => {
      const answer = await link('alice', await brought({ as: 'alice', link: true }));

      expect([answer.status, answer.body.email]).toEqual([201, alice.email]);
      const { body } = await confirm(await brought());
      expect((await me(body.accessToken)).username).toBe('alice');
    });

    it('needs somebody who is signed in', async () => {
      expect((await begin({ link: true })).body.code).toBe('no_token');
    });

    it('works for the one who began, and for linking alone', async () => {
      const hers = await brought({ as: 'alice', link: true });
      const byBob = await link('bob', hers);
      const asSignIn = await confirm(hers);
      const ofSignIn = await link('alice', await brought());

      for (const answer of [byBob, asSignIn, ofSignIn]) {
        expect([answer.status, answer.body.fields[0].field]).toEqual([422, 'state']);
      }
      expect((await link('alice', hers)).status).toBe(201);
    });
  });
});
