import { pbkdf2Sync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { operator } from '../../../../src/domain/authority.ts';
import { softAuthenticator } from '../../../support/authenticator.ts';
import { changeAccount } from '../../../support/given.ts';
import { newestMail, signInContext } from '../../../support/issued.ts';
import { type Mailed, mailed } from '../../../support/mailed.ts';
import { beforeTransaction } from '../../../support/races.ts';
import {
  aChallenge,
  aPasskey,
  aTotp,
  authenticatorApp,
  logIn,
} from '../../../support/second-factor.ts';
import type { Answer } from '../../../support/server.ts';
import { passwords } from '../../../support/server.ts';
import { tokenIn } from '../../../support/smtp.ts';

const newPassword = 'a short swim at dawn';

let rig: Mailed;

beforeEach(async () => {
  // Where the passkeys are of.
  rig = await mailed({ environment: { PUBLIC_URL: 'http://localhost:3000' } });
  await rig.signUp('alice');
  await rig.mailsTo('alice@example.com');
});

afterEach(() => rig.close());

const send = (path: string, body: unknown): Promise<Answer> =>
  rig.server.send('POST', `/v2${path}`, { body });

describe('what was on its way when the account was disabled', () => {
  async function disableAndEnable(): Promise<void> {
    await changeAccount(rig.server, 'alice', { disabled: true });
    await changeAccount(rig.server, 'alice', { disabled: false });
  }

  it('a link that recovers the password works no more', async () => {
    await send('/password-recoveries', { email: 'alice@example.com' });
    const token = tokenIn(await rig.mailTo('alice@example.com'));
    await disableAndEnable();
    const used = await send('/password-recoveries/confirm', { token, password: newPassword });

    expect([used.status, used.body.code]).toEqual([410, 'gone']);
    expect((await logIn(rig.server, 'alice')).status).toBe(201);
  });

  it('a challenge for the second factor works no more', async () => {
    const { code } = await aTotp(rig.server, 'alice');
    const challenge = await aChallenge(rig.server, 'alice');
    await disableAndEnable();
    const answered = await send('/sessions/second-factor', { challenge, code: code() });

    expect([answered.status, answered.body.code]).toEqual([410, 'gone']);
  });
});

describe('what another request does right before the session is opened or kept', () => {
  it('a login by the password alone is refused once a second factor is set up', async () => {
    const hasRun = beforeTransaction(rig.server, () => aTotp(rig.server, 'alice'));
    const { status, body } = await logIn(rig.server, 'alice');

    expect(hasRun()).toBe(true);
    expect([status, 'accessToken' in body]).toEqual([401, false]);
  });

  it('a right password gets no challenge once the account is disabled', async () => {
    await aTotp(rig.server, 'alice');
    await rig.server.work();
    const hasRun = beforeTransaction(rig.server, () =>
      changeAccount(rig.server, 'alice', { disabled: true }),
    );
    const { status, body } = await logIn(rig.server, 'alice');

    expect(hasRun()).toBe(true);
    expect([status, body.code, 'challenge' in body]).toEqual([401, 'wrong_password', false]);
  });

  it.each([
    ['ended', () => endSession()],
    ['ended with its account', () => changeAccount(rig.server, 'alice', { disabled: true })],
    ['ended by another password', () => changePassword()],
  ])('a session that was %s is not refreshed', async (_name, end) => {
    const { body } = await logIn(rig.server, 'alice');
    const hasRun = beforeTransaction(rig.server, async () => {
      sessionId = body.sessionId;
      await end();
    });
    const refreshed = await send('/sessions/refresh', { refreshToken: body.refreshToken });

    expect(hasRun()).toBe(true);
    expect([refreshed.status, 'accessToken' in refreshed.body]).toEqual([401, false]);
    const row = await rig.server.app.database
      .selectFrom('sessions')
      .select('generation')
      .where('id', '=', body.sessionId)
      .executeTakeFirstOrThrow();
    expect(row.generation).toBe(0);
  });

  let sessionId = 0;

  async function endSession(): Promise<void> {
    const ended = await rig.server.send('DELETE', `/v2/sessions/${sessionId}`, { as: 'alice' });
    expect(ended.status).toBe(204);
  }

  async function changePassword(): Promise<void> {
    const body = { oldPassword: passwords.alice, newPassword };
    const changed = await rig.server.send('PUT', '/v2/me/password', { as: 'alice', body });
    expect(changed.status).toBe(204);
  }
});

describe('a session that ends while the proof of its owner is looked at', () => {
  const password = passwords.alice;
  type Act = [method: 'POST' | 'PUT' | 'DELETE', path: string, body: object];

  /** Whatever asks for a proof, and confirming a second factor: makes what it needs, and gives the request. */
  const operations: Record<string, () => Promise<() => Act>> = {
    'changes no password': async () => () => [
      'PUT',
      '/me/password',
      { oldPassword: password, newPassword },
    ],
    'changes no e-mail': async () => () => [
      'POST',
      '/me/email',
      { email: 'other@example.org', password },
    ],
    'makes no app password': async () => () => [
      'POST',
      '/me/app-passwords',
      { name: 'Old client', password },
    ],
    'adds no passkey': async () => {
      const { body } = await rig.server.send('POST', '/v2/me/passkeys/options', { as: 'alice' });
      const response = softAuthenticator().create(body);
      return () => ['POST', '/me/passkeys', { name: 'Another', response, password }];
    },
    'removes no passkey': async () => {
      const { passkeyId } = await aPasskey(rig.server, 'alice');
      return () => ['DELETE', `/me/passkeys/${passkeyId}`, { password }];
    },
    'begins no second factor': async () => () => ['POST', '/me/totp', { password }],
    'confirms no second factor': async () => {
      const begun = await rig.server.send('POST', '/v2/me/totp', {
        as: 'alice',
        body: { password },
      });
      const code = authenticatorApp(rig.server, begun.body.secret);
      return () => ['POST', '/me/totp/confirm', { code: code() }];
    },
    'removes no second factor': async () => {
      const { code } = await aTotp(rig.server, 'alice');
      return () => ['DELETE', '/me/totp', { password, code: code() }];
    },
    'renews no recovery codes': async () => {
      await aTotp(rig.server, 'alice');
      return () => ['POST', '/me/recovery-codes', { password }];
    },
    'does not close the account': async () => () => ['DELETE', '/me', { password }],
  };

  it.each(Object.keys(operations))('%s', async (name) => {
    const { sessions } = rig.server.app.services;
    const operation = await operations[name]?.();
    if (!operation) throw new Error(name);
    const { body: me } = await rig.server.send('GET', '/v2/me', { as: 'alice' });
    const found: unknown[] = [];
    // Before its first transaction, its second, and so on: a number may be leased, or a proof used up, in one of its own.
    for (let skip = 0; ; skip += 1) {
      const { accessToken } = await sessions.open(me.id, { by: 'passkey' }, signInContext('v2'));
      const viewer = await sessions.resolve(accessToken, 'v2');
      const end = () => sessions.end(viewer, viewer.sessionId, '127.0.0.1');
      const hasRun = beforeTransaction(rig.server, end, skip);
      const [method, path, body] = operation();
      const headers = { authorization: `Bearer ${accessToken}` };
      const answer = await rig.server.send(method, `/v2${path}`, { headers, body });
      if (!hasRun()) break;
      found.push([answer.status, answer.body.code]);
    }

    expect(found.length).toBeGreaterThan(0);
    expect(found).toEqual(found.map(() => [401, 'revoked_token']));
  });
});

describe('a way in that ends while somebody comes in by it', () => {
  it('opens no session by an app password, once the password of the account is another', async () => {
    const made = await rig.server.send('POST', '/v2/me/app-passwords', {
      as: 'alice',
      body: { name: 'Old client', password: passwords.alice },
    });
    const { body: me } = await rig.server.send('GET', '/v2/me', { as: 'alice' });
    const hasRun = beforeTransaction(rig.server, () =>
      rig.server.app.services.accountAdmin.setPassword(operator, me.id, newPassword),
    );
    const { status, body } = await logIn(rig.server, 'alice', made.body.password);

    expect(hasRun()).toBe(true);
    expect([status, 'accessToken' in body]).toEqual([401, false]);
  });

  it('asks for no second factor after a password that is another by now', async () => {
    await aTotp(rig.server, 'alice');
    const { body: me } = await rig.server.send('GET', '/v2/me', { as: 'alice' });
    await hashAsElsewhere();
    const hasRun = beforeTransaction(rig.server, () =>
      rig.server.app.services.accountAdmin.setPassword(operator, me.id, newPassword),
    );
    const { status, body } = await logIn(rig.server, 'alice');

    expect(hasRun()).toBe(true);
    expect([status, body.code]).toEqual([401, 'wrong_password']);
  });

  it('opens no session by another one that has ended', async () => {
    const { sessions } = rig.server.app.services;
    const { body } = await logIn(rig.server, 'alice');
    const { body: me } = await rig.server.send('GET', '/v2/me', { as: 'alice' });
    const proof = { by: 'session', sessionId: body.sessionId } as const;
    await sessions.open(me.id, proof, signInContext('hmlet'));
    await rig.server.send('DELETE', `/v2/sessions/${body.sessionId}`, { as: 'alice' });

    await expect(sessions.open(me.id, proof, signInContext('hmlet'))).rejects.toMatchObject({
      code: 'revoked_token',
    });
  });

  it('opens a session though another login replaces the hash of elsewhere first', async () => {
    await hashAsElsewhere();
    const hasRun = beforeTransaction(rig.server, () => logIn(rig.server, 'alice'));
    const { status } = await logIn(rig.server, 'alice');

    expect(hasRun()).toBe(true);
    expect(status).toBe(201);
  });

  it('opens none when the account is closed while the hash of elsewhere is replaced', async () => {
    await hashAsElsewhere();
    const { body: me } = await rig.server.send('GET', '/v2/me', { as: 'alice' });
    const close = () => rig.server.app.services.accountAdmin.remove(operator, me.id);
    const hasRun = beforeTransaction(rig.server, close);
    const { status } = await logIn(rig.server, 'alice');

    expect(hasRun()).toBe(true);
    expect(status).toBe(401);
  });

  it('opens none by a password of elsewhere that is another by now', async () => {
    await hashAsElsewhere();
    const { body: me } = await rig.server.send('GET', '/v2/me', { as: 'alice' });
    const hasRun = beforeTransaction(rig.server, () =>
      rig.server.app.services.accountAdmin.setPassword(operator, me.id, newPassword),
    );
    const { status } = await logIn(rig.server, 'alice');

    expect(hasRun()).toBe(true);
    expect(status).toBe(401);
  });

  /** Gives alice the same password as another system would have hashed it: replacing that is a transaction of the login. */
  async function hashAsElsewhere(): Promise<void> {
    const digest = pbkdf2Sync(passwords.alice, 'salt', 1, 32, 'sha256').toString('hex');
    await rig.server.app.database.transaction((tx) =>
      tx
        .updateTable('accounts')
        .set({ password_hash: `pbkdf2:sha256:1$salt$${digest}` })
        .where('username', '=', 'alice')
        .execute(),
    );
  }

  it('recovers nothing by a link to the former e-mail, issued while that changed', async () => {
    const { passwords: service, accounts } = rig.server.app.services;
    const email = 'alice@example.com';
    const asked = { email, address: '127.0.0.1', lifeMs: 60_000 };
    await service.startRecovery(asked, async (work) => {
      await changeEmail('new@example.org');
      await rig.server.app.database.transaction(async (tx) => void (await work(tx)));
    });
    const token = tokenIn(await newestMail(rig, /^Choose a new password/, email));
    const used = await send('/password-recoveries/confirm', { token, password: newPassword });

    expect(await accounts.isEmailTaken('new@example.org')).toBe(true);
    expect([used.status, used.body.code]).toEqual([410, 'gone']);
    expect((await logIn(rig.server, 'alice')).status).toBe(201);
  });

  async function changeEmail(email: string): Promise<void> {
    const body = { email, password: passwords.alice };
    await rig.server.send('POST', '/v2/me/email', { as: 'alice', body });
    const token = tokenIn(await newestMail(rig, /^Confirm/, email));
    expect((await send('/email-verifications/confirm', { token })).status).toBe(204);
  }
});
