import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  aChallenge,
  aPasskey,
  aTotp,
  authenticatorApp,
  logIn,
} from '../../support/second-factor.ts';
import { type Answer, passwords, type TestServer, testServer } from '../../support/server.ts';

const password = passwords.alice;

describe('the second factor', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await testServer();
    await server.tokens('alice');
  });

  afterEach(() => server.close());

  const finish = (body: object) => server.send('POST', '/v2/sessions/second-factor', { body });

  const twenty = (send: (index: number) => Promise<Answer>) =>
    Promise.all(Array.from({ length: 20 }, (_, index) => send(index)));

  const successes = (answers: Answer[]) => answers.filter(({ status }) => status === 201);

  it('is set up with an authenticator app, and asked for from then on', async () => {
    const begun = await server.send('POST', '/v2/me/totp', { as: 'alice', body: { password } });
    const before = await logIn(server, 'alice');
    const { recoveryCodes, code } = await aTotp(server, 'alice');
    const security = await server.send('GET', '/v2/me/security', { as: 'alice' });
    const after = await logIn(server, 'alice');
    const finished = await finish({ challenge: after.body.challenge.token, code: code() });

    expect(begun.status).toBe(201);
    expect(begun.body.secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(begun.body.otpauthUri).toContain(`Rookery:alice?secret=${begun.body.secret}&`);
    expect(before.status).toBe(201);
    expect(recoveryCodes).toHaveLength(10);
    expect(new Set(recoveryCodes).size).toBe(10);
    expect(recoveryCodes[0]).toMatch(/^([a-z2-7]{4}-){3}[a-z2-7]{4}$/);
    expect(security.body).toEqual({
      hasPassword: true,
      hasTotp: true,
      recoveryCodesLeft: 10,
      passkeys: 0,
      appPasswords: 0,
    });
    expect(after.status).toBe(401);
    expect(after.body).toMatchObject({
      code: 'second_factor_required',
      challenge: { methods: ['totp', 'recovery-code'], expiresAt: '2026-06-01T12:06:00.000Z' },
    });
    expect(after.body).not.toHaveProperty('accessToken');
    expect(finished.status).toBe(201);
    expect(finished.body).toMatchObject({ tokenType: 'Bearer' });
  });

  it('ends the sessions that were opened without it, but for the one that set it up', async () => {
    const other = await logIn(server, 'alice');
    await aTotp(server, 'alice');
    const headers = { authorization: `Bearer ${other.body.accessToken}` };
    const elsewhere = await server.send('GET', '/v2/me', { headers });
    const here = await server.send('GET', '/v2/me', { as: 'alice' });

    expect([elsewhere.body.code, here.status]).toEqual(['revoked_token', 200]);
  });

  it('is not set up by a wrong password, a missing one or a wrong code', async () => {
    const send = (path: string, body: object) => server.send('POST', path, { as: 'alice', body });
    const wrong = await send('/v2/me/totp', { password: 'alice-likes-dune' });
    const missing = await send('/v2/me/totp', {});
    const early = await send('/v2/me/totp/confirm', { code: '123456' });
    await send('/v2/me/totp', { password });
    const guessed = await send('/v2/me/totp/confirm', { code: 'abcdef' });

    expect([wrong.status, wrong.body.code]).toEqual([401, 'wrong_password']);
    expect([missing.status, missing.body.fields[0].field]).toEqual([422, 'password']);
    expect([early.status, early.body.code]).toEqual([409, 'conflict']);
    expect([guessed.status, guessed.body.fields[0].field]).toEqual([422, 'code']);
  });

  it('is not replaced while it is there, and is removed by password and code', async () => {
    const { code } = await aTotp(server, 'alice');
    const remove = (body: object) => server.send('DELETE', '/v2/me/totp', { as: 'alice', body });
    const again = await server.send('POST', '/v2/me/totp', { as: 'alice', body: { password } });
    const withoutCode = await remove({ password, code: '000000' });
    const withoutPassword = await remove({ password: 'alice-likes-dune', code: code() });
    const removed = await remove({ password, code: code() });
    const after = await logIn(server, 'alice');

    expect([again.status, again.body.code]).toEqual([409, 'conflict']);
    expect([withoutCode.status, withoutPassword.status]).toEqual([422, 401]);
    expect(removed.status).toBe(204);
    expect(after.status).toBe(201);
  });

  it('takes a recovery code in place of the app, however it is typed, once', async () => {
    const { recoveryCodes } = await aTotp(server, 'alice');
    const typed = recoveryCodes[3]!.toUpperCase().replaceAll('-', ' ');
    const first = await finish({ challenge: await aChallenge(server, 'alice'), code: typed });
    const second = await finish({ challenge: await aChallenge(server, 'alice'), code: typed });
    const security = await server.send('GET', '/v2/me/security', { as: 'alice' });

    expect(first.status).toBe(201);
    expect([second.status, second.body.fields[0].field]).toEqual([422, 'code']);
    expect(security.body.recoveryCodesLeft).toBe(9);
  });

  it('gives new recovery codes, which end the old', async () => {
    const { recoveryCodes } = await aTotp(server, 'alice');
    const body = { password };
    const renewed = await server.send('POST', '/v2/me/recovery-codes', { as: 'alice', body });
    const old = await finish({
      challenge: await aChallenge(server, 'alice'),
      code: recoveryCodes[0],
    });
    const fresh = await finish({
      challenge: await aChallenge(server, 'alice'),
      code: renewed.body.recoveryCodes[0],
    });

    expect([renewed.status, old.status, fresh.status]).toEqual([201, 422, 201]);
  });

  it('takes the code of the step before and the one after, and no other', async () => {
    const { code } = await aTotp(server, 'alice');
    const tries: Answer[] = [];
    for (const later of [-2, 2, -1, 1]) {
      tries.push(await finish({ challenge: await aChallenge(server, 'alice'), code: code(later) }));
    }

    expect(tries.map(({ status }) => status)).toEqual([422, 422, 201, 201]);
  });

  it('S15: lets one of twenty parallel sign-ins with one code of the app through', async () => {
    const { code } = await aTotp(server, 'alice');
    const challenges: string[] = [];
    for (let i = 0; i < 20; i += 1) challenges.push(await aChallenge(server, 'alice'));

    const answers = await twenty((i) => finish({ challenge: challenges[i], code: code() }));

    expect(successes(answers)).toHaveLength(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 422]));
  });

  it('S15: lets one of twenty parallel sign-ins with one recovery code through', async () => {
    const { recoveryCodes } = await aTotp(server, 'alice');
    const challenges: string[] = [];
    for (let i = 0; i < 20; i += 1) challenges.push(await aChallenge(server, 'alice'));

    const answers = await twenty((i) =>
      finish({ challenge: challenges[i], code: recoveryCodes[0] }),
    );

    expect(successes(answers)).toHaveLength(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 422]));
  });

  it('S15: lets one of twenty parallel answers to one challenge through', async () => {
    const { recoveryCodes, code } = await aTotp(server, 'alice');
    const challenge = await aChallenge(server, 'alice');
    const codes = [code(), ...recoveryCodes];

    const answers = await twenty((i) => finish({ challenge, code: codes[i % codes.length] }));

    expect(successes(answers)).toHaveLength(1);
  });

  it('S15: keeps one of twenty parallel confirmations', async () => {
    const { body } = await server.send('POST', '/v2/me/totp', { as: 'alice', body: { password } });
    const code = authenticatorApp(server, body.secret);

    const answers = await twenty(() =>
      server.send('POST', '/v2/me/totp/confirm', { as: 'alice', body: { code: code() } }),
    );
    const security = await server.send('GET', '/v2/me/security', { as: 'alice' });

    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(security.body.recoveryCodesLeft).toBe(10);
  });

  it('S17: takes five tries of a challenge, and then not even the right code', async () => {
    const { code } = await aTotp(server, 'alice');
    const challenge = await aChallenge(server, 'alice');
    const wrong = code() === '000000' ? '000001' : '000000';
    const answers = await twenty(() => finish({ challenge, code: wrong }));
    const right = await finish({ challenge, code: code() });
    const anew = await finish({ challenge: await aChallenge(server, 'alice'), code: code() });

    expect(answers.filter(({ status }) => status === 422)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 410)).toHaveLength(15);
    expect([right.status, right.body.code]).toEqual([410, 'gone']);
    expect(anew.status).toBe(201);
  });

  it('S18: refuses a challenge of another context, an invented one, and one whose time is over', async () => {
    const { code } = await aTotp(server, 'alice');
    const { id } = (await server.send('GET', '/v2/me', { as: 'alice' })).body;
    const device = { name: '', address: '127.0.0.1' };
    const other = await server.app.services.sessions
      .open(id, { by: 'identity' }, { audience: 'another', device })
      .catch((error) => error.challenge.token);
    const challenge = await aChallenge(server, 'alice');
    const elsewhere = await finish({ challenge: other, code: code() });
    const invented = await finish({ challenge: challenge.replace(/.$/, 'x'), code: code() });
    server.clock.advance(5 * 60_000);
    const late = await finish({ challenge, code: code() });

    expect([elsewhere.status, elsewhere.body.fields[0].field]).toEqual([422, 'challenge']);
    expect([invented.status, invented.body.fields[0].field]).toEqual([422, 'challenge']);
    expect([late.status, late.body.code]).toEqual([410, 'expired']);
  });

  it('is asked for after a social login too, and not after a passkey', async () => {
    const { code } = await aTotp(server, 'alice');
    const { id } = (await server.send('GET', '/v2/me', { as: 'alice' })).body;
    const context = { audience: 'v2', device: { name: '', address: '127.0.0.1' } };
    const refused = await server.app.services.sessions
      .open(id, { by: 'identity' }, context)
      .catch((error) => error);
    const finished = await finish({ challenge: refused.challenge.token, code: code() });
    const byPasskey = await server.app.services.sessions.open(id, { by: 'passkey' }, context);

    expect(refused.code).toBe('second_factor_required');
    expect(finished.status).toBe(201);
    expect(byPasskey.accountId).toBe(id);
  });

  it('S32: refuses an account at the second step that was disabled after the first', async () => {
    const { code } = await aTotp(server, 'alice');
    const challenge = await aChallenge(server, 'alice');
    await setAccount(server, { disabled_at: '2026-06-01T12:01:00.000Z' });

    const answer = await finish({ challenge, code: code() });

    expect([answer.status, answer.body.code]).toEqual([401, 'wrong_password']);
  });

  it('S33: refuses the second step when the password was changed after the first', async () => {
    const { code } = await aTotp(server, 'alice');
    const challenge = await aChallenge(server, 'alice');
    await setAccount(server, { password_hash: 'another' });

    const answer = await finish({ challenge, code: code() });

    expect([answer.status, answer.body.code]).toEqual([401, 'wrong_password']);
  });

  it('does not answer a repeat of an earlier sign-in with its tokens any more', async () => {
    const sent = {
      body: { login: 'alice', password },
      headers: { 'idempotency-key': 'k' },
    };
    const earlier = await server.send('POST', '/v2/sessions', sent);
    await aTotp(server, 'alice');
    const repeat = await server.send('POST', '/v2/sessions', sent);

    expect([earlier.status, repeat.body.code]).toEqual([201, 'second_factor_required']);
  });

  it('takes a passkey as second factor, of this account alone', async () => {
    await aTotp(server, 'alice');
    const hers = await aPasskey(server, 'alice');
    const his = await aPasskey(server, 'bob');
    const challenge = await aChallenge(server, 'alice');
    const options = await server.send('POST', '/v2/sessions/second-factor/options', {
      body: { challenge },
    });
    const byBob = await finish({ challenge, passkey: his.get(options.body) });
    // Who knows the password need only be there.
    const passkey = hers.get(options.body, { isUserVerified: false });
    const byAlice = await finish({ challenge, passkey });

    expect(options.body.allowCredentials).toMatchObject([{ id: hers.id }]);
    expect([byBob.status, byBob.body.fields[0].field]).toEqual([422, 'passkey']);
    expect(byAlice.status).toBe(201);
  });

  it('keeps neither keys nor codes in plain, tells the owner, and writes both down', async () => {
    const { recoveryCodes } = await aTotp(server, 'alice');
    const { database } = server.app;
    const kept = JSON.stringify([
      await database.selectFrom('totp_keys').selectAll().execute(),
      await database.selectFrom('recovery_codes').selectAll().execute(),
      await database.selectFrom('outbox').selectAll().execute(),
      await database.selectFrom('audit_log').selectAll().execute(),
    ]);
    const topics = await database.selectFrom('outbox').select(['topic', 'payload']).execute();
    const actions = await database.selectFrom('audit_log').select('action').execute();

    expect(kept).not.toContain(recoveryCodes[0]!.replaceAll('-', ''));
    expect(kept).not.toContain(recoveryCodes[0]);
    expect(topics.map(({ payload }) => payload).join()).toContain('second-factor');
    expect(actions.map(({ action }) => action)).toContain('second-factor.added');
  });
});

async function setAccount(server: TestServer, values: object): Promise<void> {
  await server.app.database.transaction((tx) =>
    tx.updateTable('accounts').set(values).where('username', '=', 'alice').execute(),
  );
}
