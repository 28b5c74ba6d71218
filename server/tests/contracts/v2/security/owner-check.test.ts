import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newestMail } from '../../../support/issued.ts';
import { type Mailed, mailed } from '../../../support/mailed.ts';
import { type OidcServer, oidcServer } from '../../../support/oidc-server.ts';
import { beforeTransaction } from '../../../support/races.ts';
import { aPasskey, aTotp, authenticatorApp, logIn } from '../../../support/second-factor.ts';
import { type Person, passwords, type TestServer, testServer } from '../../../support/server.ts';
import { tokenIn } from '../../../support/smtp.ts';
import { identityServer } from '../identities/identity-server.ts';

const password = passwords.alice;

describe('a fresh proof of the owner', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await testServer();
    await server.tokens('alice');
  });

  afterEach(() => server.close());

  const addAppPassword = (proof: object, as: Person = 'alice') =>
    server.send('POST', '/v2/me/app-passwords', { as, body: { name: 'Old client', ...proof } });

  const close = (body: object) => server.send('DELETE', '/v2/me', { as: 'alice', body });

  const askForPasskey = async (as: Person = 'alice') =>
    (await server.send('POST', '/v2/me/owner-check/options', { as })).body;

  it('S06: is needed to close the account, and a wrong password is none', async () => {
    const answers = [
      await server.send('DELETE', '/v2/me', { as: 'alice' }),
      await close({}),
      await close({ password: 'not her password' }),
      await close({ password }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([422, 422, 401, 204]);
    expect(answers[0]?.body.fields[0].field).toBe('password');
  });

  it('S15: by a passkey works once, also of ten at the same time', async () => {
    const passkey = await aPasskey(server, 'alice');
    const answer = passkey.get(await askForPasskey());

    const answers = await Promise.all(
      Array.from({ length: 10 }, () => addAppPassword({ passkey: answer })),
    );

    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 410 || status === 422)).toHaveLength(9);
  });

  it('S18: by a passkey is of the session that asked, and of no other challenge', async () => {
    const passkey = await aPasskey(server, 'alice');
    const options = await askForPasskey();
    const signIn = (await server.send('POST', '/v2/sessions/passkey/options')).body;
    const forSignIn = await addAppPassword({ passkey: passkey.get(signIn) });
    const unverified = passkey.get(await askForPasskey(), { isUserVerified: false });
    const byTouch = await addAppPassword({ passkey: unverified });
    const bobs = await aPasskey(server, 'bob');
    const ofBob = await addAppPassword({ passkey: bobs.get(await askForPasskey('bob')) });
    const byBob = await addAppPassword({ passkey: bobs.get(await askForPasskey()) });
    const asSignIn = await server.send('POST', '/v2/sessions/passkey', {
      body: { response: passkey.get(options) },
    });
    server.forget('alice');
    const elsewhere = await addAppPassword({ passkey: passkey.get(options) });

    for (const { status, body } of [forSignIn, byTouch, ofBob, byBob, elsewhere]) {
      expect([status, body.fields[0].field]).toEqual([422, 'passkey']);
    }
    expect(asSignIn.status).toBe(422);
  });

  it('has no challenge where there is no passkey', async () => {
    const { status } = await server.send('POST', '/v2/me/owner-check/options', { as: 'alice' });

    expect(status).toBe(404);
  });

  it('S15: by a code works once, and a recovery code too', async () => {
    const { code, recoveryCodes } = await aTotp(server, 'alice');
    const [recoveryCode] = recoveryCodes;
    const tried = [code(), code(), recoveryCode, recoveryCode, '000000'];
    const statuses = [];
    for (const secondFactorCode of tried) {
      statuses.push((await addAppPassword({ secondFactorCode })).status);
    }

    expect(statuses).toEqual([201, 422, 201, 422, 422]);
  });

  it('is not a code of an authenticator that was never confirmed', async () => {
    const begun = await server.send('POST', '/v2/me/totp', { as: 'alice', body: { password } });
    const secondFactorCode = authenticatorApp(server, begun.body.secret)();

    const answer = await close({ secondFactorCode });

    expect([answer.status, answer.body.fields[0].field]).toEqual([422, 'secondFactorCode']);
  });

  it('is one, and not two of which one may be wrong', async () => {
    const { code } = await aTotp(server, 'alice');

    const answer = await close({ password: 'not hers', secondFactorCode: code() });

    expect(answer.status).toBe(422);
  });

  it('removes the second factor together with its code, and not by two codes', async () => {
    const { code, recoveryCodes } = await aTotp(server, 'alice');
    const body = { code: code(), secondFactorCode: recoveryCodes[0] };

    const answer = await server.send('DELETE', '/v2/me/totp', { as: 'alice', body });

    expect([answer.status, answer.body.fields[0].field]).toEqual([422, 'secondFactorCode']);
  });

  it('S08: by a code can be guessed ten times an hour', async () => {
    const limited = await testServer({ environment: { RATE_LIMITS: 'on' } });
    await limited.tokens('alice');
    await aTotp(limited, 'alice');
    const statuses = [];
    for (let i = 0; i < 12; i += 1) {
      const body = { secondFactorCode: String(i).padStart(6, '0') };
      statuses.push((await limited.send('DELETE', '/v2/me', { as: 'alice', body })).status);
    }
    await limited.close();

    expect(statuses.slice(0, 9)).toEqual(Array(9).fill(422));
    expect(statuses.slice(-2)).toEqual([429, 429]);
  });

  it('signs in as before after it was shown', async () => {
    const passkey = await aPasskey(server, 'alice');
    await addAppPassword({ passkey: passkey.get(await askForPasskey()) });

    expect((await logIn(server, 'alice')).status).toBe(201);
  });
});

describe('linking an identity', () => {
  let provider: OidcServer;

  beforeAll(async () => {
    provider = await oidcServer();
  });

  afterAll(() => provider.close());

  it('does not happen when the session ends while the provider is asked', async () => {
    const server = await identityServer(provider);
    await server.tokens('alice');
    const discovery = await fetch(`${provider.issuer}/.well-known/openid-configuration`);
    const { jwks_uri: jwksUri } = (await discovery.json()) as { jwks_uri: string };
    const keys = await (await fetch(jwksUri)).text();
    const other = (await logIn(server, 'alice')).body.accessToken;
    provider.intercept((request, response) => {
      if (!jwksUri.endsWith(request.url ?? '')) return false;
      const body = { oldPassword: password, newPassword: 'a short swim at dawn' };
      const headers = { authorization: `Bearer ${other}` };
      void server.send('PUT', '/v2/me/password', { headers, body }).then(() => {
        response.setHeader('content-type', 'application/json');
        response.end(keys);
      });
      return true;
    });
    const link = { provider: 'oidc', idToken: await provider.idToken({ sub: 'a-1' }), password };

    const answer = await server.send('POST', '/v2/me/identities', { as: 'alice', body: link });

    const headers = { authorization: `Bearer ${other}` };
    const left = await server.send('GET', '/v2/me/identities', { headers });
    expect([answer.status, answer.body.code]).toEqual([401, 'revoked_token']);
    expect(left.body.items).toEqual([]);
    provider.intercept(() => false);
    await server.close();
  });

  it('opens nothing to somebody on their way in when it is removed meanwhile', async () => {
    const server = await identityServer(provider);
    const idToken = await provider.idToken({ sub: 'a-2' });
    const link = { provider: 'oidc', idToken, password };
    const remove = () =>
      server.app.database.transaction((tx) => tx.deleteFrom('identities').execute());
    const found: number[] = [];
    for (let skip = 1; ; skip += 1) {
      await server.send('POST', '/v2/me/identities', { as: 'alice', body: link });
      const hasRun = beforeTransaction(server, remove, skip);
      const path = '/v2/identity-providers/oidc/sign-in';
      const { status } = await server.send('POST', path, { body: { idToken } });
      if (!hasRun()) break;
      found.push(status);
    }

    expect(found.length).toBeGreaterThan(0);
    expect(found).toEqual(found.map(() => 401));
    await server.close();
  });
});

describe('a recovery', () => {
  let rig: Mailed;

  beforeEach(async () => {
    // Where the passkeys are of.
    rig = await mailed({ environment: { PUBLIC_URL: 'http://localhost:3000' } });
    await rig.signUp('alice');
  });

  afterEach(() => rig.close());

  async function recover(more: object = {}): Promise<number> {
    const { server } = rig;
    const email = 'alice@example.com';
    await server.send('POST', '/v2/password-recoveries', { body: { email } });
    const token = tokenIn(await newestMail(rig, /^Choose a new password/));
    const body = { token, password, ...more };
    const { status } = await server.send('POST', '/v2/password-recoveries/confirm', { body });
    server.forget('alice');
    server.clock.advance(1000);
    return status;
  }

  async function passkeyIds(): Promise<number[]> {
    const { body } = await rig.server.send('GET', '/v2/me/passkeys', { as: 'alice' });
    return body.items.map(({ id }: { id: number }) => id);
  }

  async function confirmEmail(): Promise<void> {
    const token = tokenIn(await newestMail(rig, /^Confirm/));
    await rig.server.send('POST', '/v2/email-verifications/confirm', { body: { token } });
    rig.server.clock.advance(1000);
  }

  it('S19: removes, where it is asked to, the logins that were added since the last proof', async () => {
    const { passkeyId: first } = await aPasskey(rig.server, 'alice');
    await confirmEmail();
    const { passkeyId: second } = await aPasskey(rig.server, 'alice');
    const statuses = [await recover()];
    const kept = await passkeyIds();
    await aPasskey(rig.server, 'alice');
    statuses.push(await recover({ removeNewLogins: true }));

    expect(statuses).toEqual([204, 204]);
    expect(kept).toEqual([second, first]);
    expect(await passkeyIds()).toEqual([second, first]);
  });

  it('S24: removes all logins when it is the first proof, whatever it is asked', async () => {
    await aPasskey(rig.server, 'alice');

    await recover({ removeNewLogins: false });

    expect(await passkeyIds()).toEqual([]);
  });
});
