import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GraphServer, graphServer } from '../../support/graph-server.ts';
import { type OidcServer, oidcServer } from '../../support/oidc-server.ts';
import { aTotp } from '../../support/second-factor.ts';
import { type Answer, type TestServer, testServer } from '../../support/server.ts';
import { verifyEmail } from '../v2/identities/identity-server.ts';
import { done, failed, json, logIn, mailedToken, register } from './given.ts';

const token = expect.any(String);
const notAuthorized = [401, failed('Not authorized.')];
const badPayload = [400, failed('Invalid payload.')];

describe('base-api, by way of a provider,', () => {
  let graph: GraphServer;
  let provider: OidcServer;
  let server: TestServer;

  beforeAll(async () => {
    [graph, provider] = await Promise.all([graphServer(), oidcServer()]);
    server = await testServer({
      contracts: 'all',
      environment: {
        FACEBOOK_APP_ID: graph.appId,
        FACEBOOK_APP_SECRET: graph.appSecret,
        FACEBOOK_GRAPH_URL: graph.url,
        GOOGLE_CLIENT_ID: provider.clientId,
        GOOGLE_ISSUER: provider.issuer,
      },
    });
    // The providers have no other clock.
    server.clock.advance(Date.now() - server.clock.now().getTime());
  });

  afterAll(async () => {
    await server.close();
    await Promise.all([graph.close(), provider.close()]);
  });

  function byFacebook(accessToken: unknown) {
    const body = { fb_access_token: accessToken };
    return server.send('POST', '/v1/auth/facebook/login', { body });
  }

  async function byGoogle(claims: Parameters<OidcServer['idToken']>[0]) {
    const credential = await provider.idToken(claims);
    const body = { credential, client_id: provider.clientId };
    return server.send('POST', '/v1/auth/google/login', { body });
  }

  function statusOf(authorization: string) {
    return server.send('GET', '/v1/auth/status', { headers: { authorization } });
  }

  function setStandalone(authorization: string, body: unknown) {
    const headers = { authorization };
    return server.send('PUT', '/v1/auth/facebook/set_standalone_user', { headers, body });
  }

  const brief = ({ status, body }: Answer) => [status, body];
  const bearer = ({ body }: Answer) => `Bearer ${body.auth_token}`;

  describe('Google on Android', () => {
    it('needs the client id of the web app alone, which the token is for', async () => {
      const forAndroid = await byGoogle({ sub: 'android-1', azp: 'the-android-app' });
      const forAnother = await byGoogle({ sub: 'android-1', aud: 'the-android-app' });

      expect(forAndroid.status).toBe(201);
      expect(brief(forAnother)).toEqual(notAuthorized);
    });
  });

  describe('Facebook', () => {
    it('signs up, and knows the person again', async () => {
      graph.know('alice-1', { user: { id: '101', name: 'Alice A.', email: 'a@example.com' } });

      const first = await byFacebook('alice-1');
      const second = await byFacebook('alice-1');

      const registered = { ...done('Successfully facebook registered.'), auth_token: token };
      const known = { ...done('Successfully facebook login.'), auth_token: token };
      expect(brief(first)).toEqual([201, registered]);
      expect(brief(second)).toEqual([200, known]);
      expect(first.headers).toMatchObject(json);
      // Facebook does not say whether the address was ever checked.
      expect((await statusOf(bearer(second))).body.data).toMatchObject({
        username: 'Alice A.',
        email: 'a@example.com',
        email_validation_date: null,
      });
    });

    it('joins nobody by an address alone, though the older server did', async () => {
      await register(server, 'bob');
      await verifyEmail(server, 'bob');
      graph.know('not-bob', { user: { id: '102', name: 'Bob', email: 'bob@example.com' } });

      expect(brief(await byFacebook('not-bob'))).toEqual(notAuthorized);
    });

    it('keeps an unconfirmed e-mail only until its owner shows that it is theirs', async () => {
      graph.know('claims', { user: { id: '150', name: 'Claims', email: 'owner@example.com' } });
      const claim = await byFacebook('claims');

      const owner = await byGoogle({
        sub: 'owner',
        email: 'owner@example.com',
        email_verified: true,
      });

      const [claimed, proved] = [await byFacebook('claims'), owner];
      expect([claim.status, owner.status, claimed.status]).toEqual([201, 201, 200]);
      expect((await statusOf(bearer(proved))).body.data).toMatchObject({
        email: 'owner@example.com',
        email_validation_date: expect.any(String),
      });
      expect((await statusOf(bearer(claimed))).body.data).toMatchObject({
        username: 'Claims',
        email: '',
        email_validation_date: null,
      });
    });

    it('sends the owner of such an e-mail a way in, which closes those of others', async () => {
      const email = 'mailbox@example.com';
      graph.know('mailbox', { user: { id: '151', name: 'Mailbox', email } });
      const claim = await byFacebook('mailbox');
      await server.send('POST', '/v1/auth/password_recovery', { body: { email } });
      const resetToken = await mailedToken(server, 'reset-password');
      const body = { token: resetToken, password: 'chosen-by-its-owner' };

      const reset = await server.send('PUT', '/v1/auth/password', { body });
      const login = { email, password: 'chosen-by-its-owner' };
      const owner = await server.send('POST', '/v1/auth/login', { body: login });

      expect([reset.status, owner.status]).toEqual([200, 200]);
      expect((await statusOf(bearer(claim))).status).toBe(401);
    });

    it('makes accounts with a text for an e-mail, whatever Facebook names', async () => {
      const emails: string[] = [];
      for (const [index, named] of [
        {},
        { email: 'no address' },
        { email: 'ｄ@x.example' },
      ].entries()) {
        graph.know(`odd-${index}`, { user: { id: `16${index}`, name: 'Odd', ...named } });
        const { data } = (await statusOf(bearer(await byFacebook(`odd-${index}`)))).body;
        emails.push(data.email);
      }

      expect(emails).toEqual(['', '', '']);
    });

    it('lets nobody in whom Facebook does not vouch for, or for another app', async () => {
      graph.know('of-another', { user: { id: '101' }, appId: '999' });

      expect(brief(await byFacebook('never-heard-of'))).toEqual(notAuthorized);
      expect(brief(await byFacebook('of-another'))).toEqual(notAuthorized);
      expect(brief(await byFacebook('x'.repeat(100_000)))).toEqual(notAuthorized);
    });

    it.each([undefined, null, '', 0, 5, ['alice-1'], 'a\0b'])('takes no %j', async (odd) => {
      expect(brief(await byFacebook(odd))).toEqual(badPayload);
    });

    it('says that it cannot be done right now while Facebook is away', async () => {
      graph.know('alice-2', { user: { id: '101' } });
      graph.fail(503);

      const answer = await byFacebook('alice-2');

      graph.fail(null);
      expect([answer.status, answer.body.status]).toEqual([503, 'error']);
      expect(answer.headers['retry-after']).toMatch(/^\d+$/);
    });

    it('keeps no token of Facebook’s', async () => {
      graph.know('a-secret-token', { user: { id: '109', name: 'Carla' } });
      await byFacebook('a-secret-token');

      const rows = await server.app.database.selectFrom('identities').selectAll().execute();

      expect(rows.some(({ subject }) => subject === '109')).toBe(true);
      expect(JSON.stringify(rows)).not.toContain('a-secret-token');
    });
  });

  describe('Google', () => {
    const martin = { sub: 'g-1', name: 'Martin', email: 'm@example.net', email_verified: true };

    it('signs up with an address that Google has checked, and knows the person again', async () => {
      const first = await byGoogle(martin);
      const second = await byGoogle(martin);

      const registered = { ...done('Successfully google user registered.'), auth_token: token };
      const known = { ...done('Successfully google login.'), auth_token: token };
      expect(brief(first)).toEqual([201, registered]);
      expect(brief(second)).toEqual([200, known]);
      const status = await statusOf(bearer(second));
      expect(status.body.data).toMatchObject({
        username: 'Martin',
        email: 'm@example.net',
        email_validation_date: expect.stringMatching(/\+00:00$/),
      });
    });

    it('joins an account whose owner has confirmed the address', async () => {
      const bob = await statusOf(await logIn(server, 'bob'));
      const claims = { sub: 'g-2', name: 'Bob', email: 'bob@example.com', email_verified: true };

      const answer = await byGoogle(claims);

      const registered = { ...done('Successfully google user registered.'), auth_token: token };
      expect(brief(answer)).toEqual([200, registered]);
      const status = await statusOf(bearer(answer));
      expect(status.body.data.id).toBe(bob.body.data.id);
    });

    it('joins nobody by an address that Google has not checked', async () => {
      const claims = { sub: 'g-3', email: 'bob@example.com', email_verified: false };

      expect(brief(await byGoogle(claims))).toEqual(notAuthorized);
    });

    it('refuses what was made for another app, has expired, or is no token', async () => {
      const at = Math.floor(Date.now() / 1000);
      const expired = { ...martin, iat: at - 7200, exp: at - 3600 };

      expect(brief(await byGoogle({ ...martin, aud: 'another-app' }))).toEqual(notAuthorized);
      expect(brief(await byGoogle(expired))).toEqual(notAuthorized);
      const body = { credential: 'nonsense', clientId: provider.clientId };
      const answer = await server.send('POST', '/v1/auth/google/login', { body });
      expect(brief(answer)).toEqual(notAuthorized);
    });

    it.each([undefined, {}, { client_id: 'x' }, { credential: 5 }])('takes no %j', async (body) => {
      const answer = await server.send('POST', '/v1/auth/google/login', { body });

      expect(brief(answer)).toEqual(badPayload);
    });

    it('does not stand for a second factor', async () => {
      const claims = {
        sub: 'g-4',
        name: 'Alice',
        email: 'alice@example.com',
        email_verified: true,
      };
      await server.tokens('alice');
      await verifyEmail(server, 'alice');
      const before = await byGoogle(claims);
      await aTotp(server, 'alice');

      expect(before.status).toBe(200);
      expect(brief(await byGoogle(claims))).toEqual(notAuthorized);
      const body = { email: 'alice@example.com', password: 'alice-likes-dunes' };
      const answer = await server.send('POST', '/v1/auth/login', { body });
      expect(brief(answer)).toEqual([404, failed('User does not exist.')]);
    });
  });

  describe('setting a name and a password', () => {
    async function anybody(id: string): Promise<string> {
      graph.know(`of-${id}`, { user: { id, name: 'Martin' } });
      return bearer(await byFacebook(`of-${id}`));
    }

    const isSet = [200, done('Successfully changed password.')];
    const body = { username: 'martin b', old_password: 'never had one', new_password: 'x' };

    it('lets somebody in from then on who came by Facebook', async () => {
      const who = await anybody('201');

      expect(brief(await setStandalone(who, body))).toEqual(isSet);

      const login = { email: 'Martin B', password: 'x' };
      const answer = await server.send('POST', '/v1/auth/login', { body: login });
      expect([answer.status, answer.body.username]).toEqual([200, 'martin b']);
      expect((await statusOf(who)).body.data.username).toBe('martin b');
    });

    it('takes the new password under either name, and the old one once there is one', async () => {
      const who = await anybody('202');
      await setStandalone(who, { username: 'martin c', password: 'first' });

      const without = await setStandalone(who, { username: 'martin c', password: 'second' });
      const wrong = await setStandalone(who, { ...body, username: 'martin c' });
      const right = await setStandalone(who, {
        username: 'martin d',
        old_password: 'first',
        new_password: 'second',
      });

      expect(brief(without)).toEqual(badPayload);
      expect(brief(wrong)).toEqual([404, failed('Invalid password. Please try again.')]);
      expect(brief(right)).toEqual(isSet);
    });

    it('refuses a name that somebody has, and changes nothing then', async () => {
      const who = await anybody('203');
      const taken = 'Sorry. That username already exists, choose another username';

      const answers = [
        await setStandalone(who, { ...body, username: 'MARTIN B' }),
        await setStandalone(who, { ...body, username: 'bob' }),
      ];

      expect(answers.map(brief)).toEqual([
        [400, failed(taken)],
        [400, failed(taken)],
      ]);
      const status = await statusOf(who);
      const headers = { authorization: who };
      const me = await server.send('GET', '/v1/auth/status', { headers });
      expect([status.body.data.username, me.status]).toEqual(['Martin', 200]);
      // There is no password yet, so that none is asked for.
      expect(brief(await setStandalone(who, { ...body, username: 'martin e' }))).toEqual(isSet);
    });

    it('takes no address for a name: it would be somebody’s', async () => {
      const who = await anybody('204');

      expect(brief(await setStandalone(who, { ...body, username: 'b@example.org' }))).toEqual([
        400,
        failed('The username must not have an @.'),
      ]);
    });

    it.each([
      undefined,
      {},
      { username: 'martin f' },
      { new_password: 'x' },
      { username: 5, new_password: 'x' },
      { username: 'martin f', new_password: 5 },
    ])('refuses %j', async (odd) => {
      expect(brief(await setStandalone(await anybody('205'), odd))).toEqual(badPayload);
    });

    it('is for those who came by Facebook', async () => {
      const who = await register(server, 'carla');

      expect(brief(await setStandalone(who, body))).toEqual([
        404,
        failed('Must be a facebook user login. Please try again.'),
      ]);
    });

    it('asks for a new login when the last one is long ago', async () => {
      const who = await anybody('206');
      server.clock.advance(11 * 60_000);

      const answer = await setStandalone(who, { ...body, username: 'martin g' });

      expect([answer.status, answer.body.message]).toEqual([
        403,
        expect.stringContaining('Sign in again.'),
      ]);
    });
  });

  // The tables of a new database take MySQL long on a busy machine.
  it('lets nobody in by a provider that is not set up', { timeout: 120_000 }, async () => {
    const plain = await testServer({ contracts: 'all' });

    const facebook = await plain.send('POST', '/v1/auth/facebook/login', {
      body: { fb_access_token: 'any' },
    });
    const google = await plain.send('POST', '/v1/auth/google/login', { body: { credential: 'x' } });

    await plain.close();
    expect([brief(facebook), brief(google)]).toEqual([notAuthorized, notAuthorized]);
  });
});
