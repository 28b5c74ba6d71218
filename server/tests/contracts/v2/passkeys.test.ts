import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bent, softAuthenticator } from '../../support/authenticator.ts';
import { aPasskey, aTotp } from '../../support/second-factor.ts';
import { passwords, type TestServer, testServer } from '../../support/server.ts';

const password = passwords.alice;

describe('passkeys', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await testServer();
    await server.tokens('alice');
  });

  afterEach(() => server.close());

  const signIn = (response: object) =>
    server.send('POST', '/v2/sessions/passkey', { body: { response } });

  const signInOptions = async () =>
    (await server.send('POST', '/v2/sessions/passkey/options')).body;

  const creationOptions = async () =>
    (await server.send('POST', '/v2/me/passkeys/options', { as: 'alice' })).body;

  const add = (response: object, proof: object = { password }) =>
    server.send('POST', '/v2/me/passkeys', {
      as: 'alice',
      body: { name: 'My phone', response, ...proof },
    });

  it.each(['packed', 'none'] as const)(
    'open a session without a name or a password (attestation %s)',
    async (attestation) => {
      const passkey = await aPasskey(server, 'alice', attestation);
      const options = await signInOptions();
      const answer = await signIn(passkey.get(options));
      const headers = { authorization: `Bearer ${answer.body.accessToken}` };
      const me = await server.send('GET', '/v2/me', { headers });

      expect(options).toMatchObject({ rpId: 'localhost', userVerification: 'required' });
      expect(options).not.toHaveProperty('allowCredentials');
      expect(answer.status).toBe(201);
      expect(me.body.username).toBe('alice');
    },
  );

  it('are fifty at most', async () => {
    await aPasskey(server, 'alice');
    const { database } = server.app;
    const first = await database.selectFrom('passkeys').selectAll().executeTakeFirstOrThrow();
    const others = Array.from({ length: 48 }, (_, i) => ({
      ...first,
      id: first.id + 10_000 + i,
      credential_id: `of-another-authenticator-${i}`,
    }));
    await database.kysely.insertInto('passkeys').values(others).execute();

    const fiftieth = await add(softAuthenticator('none').create(await creationOptions()));
    const another = await add(softAuthenticator('none').create(await creationOptions()));

    expect(fiftieth.status).toBe(201);
    expect([another.status, another.body.code]).toEqual([409, 'conflict']);
  });

  it('are made for this server, and not twice in one authenticator', async () => {
    const passkey = await aPasskey(server, 'alice');
    const options = await creationOptions();
    const again = await add(passkey.create(options));

    expect(options).toMatchObject({
      rp: { id: 'localhost', name: 'Rookery' },
      user: { name: 'alice', displayName: 'alice' },
      attestation: 'none',
      excludeCredentials: [{ id: passkey.id }],
    });
    expect(again.status).toBe(409);
    expect(again.body.code).toBe('taken');
  });

  it('are listed to their owner alone, and removed with the password', async () => {
    const { passkeyId, ...passkey } = await aPasskey(server, 'alice');
    await signIn(passkey.get(await signInOptions()));
    const path = `/v2/me/passkeys/${passkeyId}`;
    const hers = await server.send('GET', '/v2/me/passkeys', { as: 'alice' });
    const his = await server.send('GET', '/v2/me/passkeys', { as: 'bob' });
    const byBob = await server.send('DELETE', path, {
      as: 'bob',
      body: { password: passwords.bob },
    });
    const without = await server.send('DELETE', path, { as: 'alice', body: {} });
    const removed = await server.send('DELETE', path, { as: 'alice', body: { password } });
    const after = await signIn(passkey.get(await signInOptions()));

    expect(hers.body.items).toEqual([
      {
        id: passkeyId,
        name: 'My phone',
        createdAt: '2026-06-01T12:00:00.000Z',
        lastUsedAt: '2026-06-01T12:00:00.000Z',
      },
    ]);
    expect(his.body.items).toEqual([]);
    expect([byBob.status, without.status, removed.status]).toEqual([404, 422, 204]);
    expect([after.status, after.body.fields[0].field]).toEqual([422, 'response']);
  });

  it('need no second factor beside them, for they are two in one', async () => {
    await aTotp(server, 'alice');
    const passkey = await aPasskey(server, 'alice');

    expect((await signIn(passkey.get(await signInOptions()))).status).toBe(201);
  });

  it('are not added without the password', async () => {
    const response = softAuthenticator().create(await creationOptions());
    const missing = await add(response, {});
    const wrong = await add(response, { password: 'alice-likes-dune' });
    const right = await add(response);

    expect([missing.status, wrong.status, right.status]).toEqual([422, 401, 201]);
  });

  const refused: Array<[string, Bent]> = [
    ['from another origin', { origin: 'https://phishing.example' }],
    ['for another server', { rpId: 'phishing.example' }],
    ['to another challenge', { challenge: Buffer.from('1.another').toString('base64url') }],
    ['with a wrong signature', { hasWrongSignature: true }],
    ['inside a page of somebody else', { isCrossOrigin: true }],
  ];

  it.each(refused)('do not register %s', async (_how, bent) => {
    const answer = await add(softAuthenticator().create(await creationOptions(), bent));

    expect([answer.status, answer.body.fields[0].field]).toEqual([422, 'response']);
  });

  it.each([
    ...refused,
    ['of somebody who was not verified', { isUserVerified: false }],
    ['for somebody else', { userHandle: Buffer.from('bob').toString('base64url') }],
  ] as Array<[string, Bent]>)('do not sign in %s', async (_how, bent) => {
    const passkey = await aPasskey(server, 'alice');
    const answer = await signIn(passkey.get(await signInOptions(), bent));

    expect([answer.status, answer.body.fields[0].field]).toEqual([422, 'response']);
  });

  it('do not sign in whom nobody knows, or for a challenge of another use', async () => {
    const passkey = await aPasskey(server, 'alice');
    const stranger = await signIn(softAuthenticator().get(await signInOptions()));
    const other = await signIn(passkey.get(await creationOptions()));
    const registered = await add(softAuthenticator().create(await signInOptions()));

    expect([stranger.status, other.status, registered.status]).toEqual([422, 422, 422]);
  });

  it('are not registered for somebody else’s challenge', async () => {
    const options = await server.send('POST', '/v2/me/passkeys/options', { as: 'bob' });

    expect((await add(softAuthenticator().create(options.body))).status).toBe(422);
  });

  it('S14: answer within five minutes', async () => {
    const passkey = await aPasskey(server, 'alice');
    const options = await signInOptions();
    server.clock.advance(5 * 60_000);
    const late = await signIn(passkey.get(options));

    expect([late.status, late.body.code]).toEqual([410, 'expired']);
  });

  it('S15: open one session for twenty parallel answers to one challenge', async () => {
    const passkey = await aPasskey(server, 'alice');
    const options = await signInOptions();
    const responses = Array.from({ length: 20 }, () => passkey.get(options));

    const answers = await Promise.all(responses.map(signIn));
    const sessions = await server.send('GET', '/v2/sessions', { as: 'alice' });

    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(
      answers.filter(({ status }) => status === 201 || status === 410 || status === 422),
    ).toHaveLength(20);
    expect(sessions.body.items).toHaveLength(2);
  });

  it('S15: register once for twenty parallel answers to one challenge', async () => {
    const options = await creationOptions();
    const responses = Array.from({ length: 20 }, () => softAuthenticator().create(options));

    const answers = await Promise.all(responses.map((response) => add(response)));
    const { body } = await server.send('GET', '/v2/me/passkeys', { as: 'alice' });

    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(body.items).toHaveLength(1);
  });

  it('are refused when their counter falls behind, which is written down', async () => {
    const passkey = await aPasskey(server, 'alice');
    const ahead = await signIn(passkey.get(await signInOptions(), { counter: 9 }));
    const copy = await signIn(passkey.get(await signInOptions(), { counter: 9 }));
    const none = await signIn(passkey.get(await signInOptions(), { counter: 0 }));
    const next = await signIn(passkey.get(await signInOptions(), { counter: 10 }));
    const entries = await refusals();

    expect([ahead.status, copy.status, none.status, next.status]).toEqual([201, 422, 422, 201]);
    expect(entries).toHaveLength(2);
    expect(JSON.parse(entries[0]!.details)).toMatchObject({ by: 'passkey', reason: 'counter' });
  });

  it('do without a counter, as those that are kept in sync do', async () => {
    const authenticator = softAuthenticator();
    await add(authenticator.create(await creationOptions(), { counter: 0 }));
    const first = await signIn(authenticator.get(await signInOptions(), { counter: 0 }));
    const second = await signIn(authenticator.get(await signInOptions(), { counter: 0 }));

    expect([first.status, second.status]).toEqual([201, 201]);
  });

  it('S32: do not open a disabled account', async () => {
    const passkey = await aPasskey(server, 'alice');
    await server.app.database.transaction((tx) =>
      tx.updateTable('accounts').set({ disabled_at: '2026-06-01T12:00:00.000Z' }).execute(),
    );
    const answer = await signIn(passkey.get(await signInOptions()));

    expect([answer.status, answer.body.code]).toEqual([401, 'wrong_password']);
  });

  it('S25: are gone with the account, as is all else that lets somebody in', async () => {
    await aTotp(server, 'alice');
    await aPasskey(server, 'alice');
    const body = { name: 'Old client', password };
    await server.send('POST', '/v2/me/app-passwords', { as: 'alice', body });
    await server.send('DELETE', '/v2/me', { as: 'alice', body: { password: passwords.alice } });
    await server.work();
    const { database } = server.app;
    const left = await Promise.all(
      (['passkeys', 'totp_keys', 'recovery_codes', 'app_passwords', 'accounts'] as const).map(
        (table) => database.selectFrom(table).selectAll().execute(),
      ),
    );

    expect(left).toEqual([[], [], [], [], []]);
  });

  function refusals() {
    return server.app.database
      .selectFrom('audit_log')
      .selectAll()
      .where('action', '=', 'session.refused')
      .execute();
  }
});

describe('passkeys elsewhere', () => {
  it('are for the domain of PUBLIC_URL, and for the origins that are named', async () => {
    const server = await testServer({
      environment: {
        PUBLIC_URL: 'https://api.example.com',
        WEBAUTHN_RP_ID: 'example.com',
        WEBAUTHN_ORIGINS: 'https://app.example.com',
      },
    });
    const { body } = await server.send('POST', '/v2/me/passkeys/options', { as: 'alice' });
    const add = (origin: string) =>
      server.send('POST', '/v2/me/passkeys', {
        as: 'alice',
        body: {
          name: 'My phone',
          password,
          response: softAuthenticator().create(body, { origin, rpId: 'example.com' }),
        },
      });
    const local = await add('http://localhost:3000');
    const app = await add('https://app.example.com');

    expect(body.rp.id).toBe('example.com');
    expect([local.status, app.status]).toEqual([422, 201]);
    await server.close();
  });
});
