import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changeAccount } from '../../../support/given.ts';
import { type Mailed, mailed } from '../../../support/mailed.ts';
import { beforeTransaction } from '../../../support/races.ts';
import { aChallenge, aTotp, logIn } from '../../../support/second-factor.ts';
import type { Answer } from '../../../support/server.ts';
import { passwords } from '../../../support/server.ts';
import { tokenIn } from '../../../support/smtp.ts';

const newPassword = 'a short swim at dawn';

let rig: Mailed;

beforeEach(async () => {
  rig = await mailed();
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
