import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Mailed, mailed, publicUrl } from '../../support/mailed.ts';
import { aPasskey, aTotp } from '../../support/second-factor.ts';
import { type Answer, passwords, problemIn, type Tokens } from '../../support/server.ts';
import { tokenIn } from '../../support/smtp.ts';
import { tallyOf } from '../../support/tally.ts';

const minuteMs = 60_000;
const newPassword = 'a short swim at dawn';

let rig: Mailed;

beforeEach(async () => {
  rig = await mailed();
});

afterEach(() => rig.close());

function logIn(password: string, login = 'alice'): Promise<Answer> {
  return rig.server.send('POST', '/v2/sessions', { body: { login, password } });
}

async function isAlive({ accessToken }: Pick<Tokens, 'accessToken'>): Promise<boolean> {
  const headers = { authorization: `Bearer ${accessToken}` };
  return (await rig.server.send('GET', '/v2/me', { headers })).status === 200;
}

async function auditOf(action: string) {
  const entries = rig.server.app.database.selectFrom('audit_log').selectAll();
  return entries.where('action', '=', action).execute();
}

describe('PUT /v2/me/password', () => {
  const change = (body: object) => rig.server.send('PUT', '/v2/me/password', { as: 'alice', body });

  it('S06, S13, S33: asks for the old one, ends the other sessions, and tells the owner', async () => {
    await rig.signUp('alice');
    await rig.mailTo('alice@example.com');
    const other = (await logIn(passwords.alice)).body;

    const wrong = await change({ oldPassword: 'not hers', newPassword });
    const without = await change({ newPassword });
    const changed = await change({ oldPassword: passwords.alice, newPassword });

    const notice = await rig.mailTo('alice@example.com');
    expect([wrong.status, wrong.body.code]).toEqual([401, 'wrong_password']);
    expect(without.body.fields).toEqual([{ field: 'oldPassword', message: 'is required' }]);
    expect(changed.status).toBe(204);
    expect(await isAlive(await rig.server.tokens('alice'))).toBe(true);
    expect(await isAlive(other)).toBe(false);
    expect([(await logIn(passwords.alice)).status, (await logIn(newPassword)).status]).toEqual([
      401, 201,
    ]);
    expect(notice.subject).toBe('Your password was changed');
    expect(await auditOf('password.changed')).toMatchObject([{ actor_id: 1, account_id: 1 }]);
  });

  it.each([
    ['short', 'must have at least 8 characters'],
    ['password', 'is one of the first that anybody would guess; choose another'],
    ['x'.repeat(129), 'must have at most 128 characters'],
  ])('S01, S02, S04: refuses %j as the new one', async (weak, message) => {
    await rig.signUp('alice');

    const answer = await change({ oldPassword: passwords.alice, newPassword: weak });

    expect(answer.status).toBe(422);
    expect(answer.body.fields).toEqual([{ field: 'newPassword', message }]);
  });

  it('lets one of ten parallel changes through', async () => {
    await rig.signUp('alice');
    const wanted = Array.from({ length: 10 }, (_, i) => `a short swim at dawn, ${i}`);

    const answers = await Promise.all(
      wanted.map((to) => change({ oldPassword: passwords.alice, newPassword: to })),
    );

    const logIns = await Promise.all(wanted.map((password) => logIn(password)));
    expect(tallyOf(answers)).toEqual({ 204: 1, 401: 9 });
    expect(tallyOf(logIns)).toEqual({ 201: 1, 401: 9 });
  });

  it('lets an account without a password set one, within ten minutes after signing in', async () => {
    await rig.signUp('alice');
    await rig.server.app.database.transaction((tx) =>
      tx.updateTable('accounts').set({ password_hash: null }).execute(),
    );
    const guess = await change({ oldPassword: passwords.alice, newPassword });
    rig.server.clock.advance(10 * minuteMs + 1);
    const late = await change({ newPassword });
    rig.server.clock.advance(-1);
    const inTime = await change({ newPassword });

    expect(guess.body.fields).toEqual([
      { field: 'oldPassword', message: 'must be left out: there is none yet' },
    ]);
    expect([late.status, late.body.code]).toEqual([403, 'forbidden']);
    expect([inTime.status, (await logIn(newPassword)).status]).toEqual([204, 201]);
  });
});

describe('recovering a password', () => {
  const ask = (email: string) =>
    rig.server.send('POST', '/v2/password-recoveries', { body: { email } });
  const recover = (token: string, password = newPassword) =>
    rig.server.send('POST', '/v2/password-recoveries/confirm', { body: { token, password } });

  async function linkOf(email: string): Promise<string> {
    await ask(email);
    const mails = await rig.mailsTo(email);
    return tokenIn(mails.find(({ subject }) => subject === 'Choose a new password') ?? {});
  }

  it('S13, S19: sets a new one by mail, ends every session, and confirms the address', async () => {
    await rig.signUp('alice');
    await rig.mailTo('alice@example.com');
    const other = (await logIn(passwords.alice)).body;
    const asked = await ask('ALICE@example.com');
    const mail = await rig.mailTo('alice@example.com');

    const answer = await recover(tokenIn(mail));

    const notice = await rig.mailTo('alice@example.com');
    expect([asked.status, asked.body]).toEqual([202, '']);
    expect(mail.text).toContain(`\n${publicUrl}/reset-password?lang=en#token=`);
    expect(answer.status).toBe(204);
    expect([await isAlive(await rig.server.tokens('alice')), await isAlive(other)]).toEqual([
      false,
      false,
    ]);
    expect([(await logIn(passwords.alice)).status, (await logIn(newPassword)).status]).toEqual([
      401, 201,
    ]);
    expect(notice.subject).toBe('Your password was changed');
    rig.server.forget('alice');
    const { body } = await logIn(newPassword);
    const headers = { authorization: `Bearer ${body.accessToken}` };
    const me = await rig.server.send('GET', '/v2/me', { headers });
    expect(me.body.emailVerified).toBe(true);
    expect(await auditOf('password.recovered')).toMatchObject([{ account_id: 1 }]);
  });

  it('S12: answers, and does, the same for an address that nobody has', async () => {
    await rig.signUp('alice');
    await rig.mailTo('alice@example.com');
    const outbox = () => rig.server.app.database.selectFrom('outbox').select('topic').execute();

    const known = await ask('alice@example.com');
    const afterKnown = await outbox();
    const unknown = await ask('nobody@example.com');
    const afterBoth = await outbox();

    expect([unknown.status, problemIn(unknown)]).toEqual([known.status, problemIn(known)]);
    expect(Object.keys(unknown.headers)).toEqual(Object.keys(known.headers));
    expect([afterKnown.length, afterBoth.length]).toEqual([1, 2]);
    expect(await rig.mailsTo('nobody@example.com')).toEqual([]);
    expect(await rig.mailsTo('alice@example.com')).toHaveLength(1);
    expect(await auditOf('password.recovery-asked')).toHaveLength(2);
  });

  it('sends nothing to an account that is disabled', async () => {
    await rig.signUp('alice');
    await rig.mailTo('alice@example.com');
    await rig.server.app.database.transaction((tx) =>
      tx.updateTable('accounts').set({ disabled_at: '2026-06-01T12:00:00.000Z' }).execute(),
    );

    await ask('alice@example.com');

    expect(await rig.mailsTo('alice@example.com')).toEqual([]);
  });

  it('S15: lets one of twenty parallel uses of a link through', async () => {
    await rig.signUp('alice');
    const token = await linkOf('alice@example.com');
    const wanted = Array.from({ length: 20 }, (_, i) => `a short swim at dawn, ${i}`);

    const answers = await Promise.all(wanted.map((password) => recover(token, password)));

    expect(tallyOf(answers)).toEqual({ 204: 1, 410: 19 });
    const winner = wanted[answers.findIndex(({ status }) => status === 204)] ?? '';
    expect((await logIn(winner)).status).toBe(201);
  });

  it('S14: ends a link after half an hour, and with the next one', async () => {
    await rig.signUp('alice');
    const first = await linkOf('alice@example.com');
    const second = await linkOf('alice@example.com');
    const replaced = await recover(first);
    rig.server.clock.advance(30 * minuteMs);

    const late = await recover(second);

    expect([replaced.body.code, late.body.code]).toEqual(['gone', 'expired']);
    expect((await logIn(passwords.alice)).status).toBe(201);
  });

  it('S04: refuses a weak password without using the link up', async () => {
    await rig.signUp('alice');
    const token = await linkOf('alice@example.com');

    const weak = await recover(token, 'password');
    const good = await recover(token);

    expect([weak.status, weak.body.fields[0].field, good.status]).toEqual([422, 'password', 204]);
  });

  it('S24: leaves whoever registered with somebody else’s address no way in', async () => {
    await rig.close();
    rig = await mailed({ environment: { PUBLIC_URL: 'http://localhost:3000' } });
    await rig.signUp('alice');
    await rig.mailsTo('alice@example.com');
    const passkey = await aPasskey(rig.server, 'alice');
    await aTotp(rig.server, 'alice');

    const recovered = await recover(await linkOf('alice@example.com'));

    const options = await rig.server.send('POST', '/v2/sessions/passkey/options', {});
    const body = { response: passkey.get(options.body) };
    const byPasskey = await rig.server.send('POST', '/v2/sessions/passkey', { body });
    expect([recovered.status, byPasskey.status]).toEqual([204, 422]);
    expect((await logIn(newPassword)).status).toBe(201);
  });

  it('leaves the owner of a confirmed address the second factor', async () => {
    await rig.signUp('alice');
    const body = { token: tokenIn(await rig.mailTo('alice@example.com')) };
    await rig.server.send('POST', '/v2/email-verifications/confirm', { body });
    await aTotp(rig.server, 'alice');

    await recover(await linkOf('alice@example.com'));

    expect((await logIn(newPassword)).body.code).toBe('second_factor_required');
  });

  it('S18: takes no token of another purpose', async () => {
    await rig.signUp('alice');
    const token = tokenIn(await rig.mailTo('alice@example.com'));

    const answer = await recover(token);

    expect([answer.status, answer.body.fields[0].field]).toEqual([422, 'token']);
  });

  it('opens nothing by a link that was sent to a former address', async () => {
    await rig.signUp('alice');
    const body = { email: 'alice@example.org', password: passwords.alice };
    await rig.server.send('POST', '/v2/me/email', { as: 'alice', body });
    const confirmation = tokenIn(await rig.mailTo('alice@example.org'));
    const token = await linkOf('alice@example.com');
    await rig.server.send('POST', '/v2/email-verifications/confirm', {
      body: { token: confirmation },
    });

    const answer = await recover(token);

    expect([answer.status, answer.body.code]).toEqual([410, 'gone']);
  });

  it('S19: leaves no session of the old password alive that is opened beside it', async () => {
    await rig.signUp('alice');
    const alive: boolean[] = [];

    for (const round of [0, 1, 2, 3]) {
      const old = round === 0 ? passwords.alice : `${newPassword} ${round - 1}`;
      const token = await linkOf('alice@example.com');
      const [answer, ...logIns] = await Promise.all([
        recover(token, `${newPassword} ${round}`),
        ...Array.from({ length: 8 }, () => logIn(old)),
      ]);
      expect(answer.status).toBe(204);
      const opened = logIns.filter(({ status }) => status === 201);
      alive.push(...(await Promise.all(opened.map(({ body }) => isAlive(body)))));
    }

    expect(alive.filter(Boolean)).toEqual([]);
  }, 60_000);
});

describe('S90, S08: with limits', () => {
  beforeEach(async () => {
    await rig.close();
    rig = await mailed({ environment: { RATE_LIMITS: 'on' } });
  });

  it('five recoveries an hour are mailed to one address, whether anybody has it or not', async () => {
    const ask = (email: string) =>
      rig.server.send('POST', '/v2/password-recoveries', { body: { email } });
    await rig.signUp('alice');
    await rig.mailTo('alice@example.com');

    for (let i = 0; i < 5; i += 1) await ask('alice@example.com');
    for (let i = 0; i < 5; i += 1) await ask('nobody@example.com');
    const known = await ask('Alice@example.com');
    const unknown = await ask('nobody@example.com');

    expect([known.status, known.headers['retry-after']]).toEqual([429, '3600']);
    expect([unknown.status, problemIn(unknown)]).toEqual([known.status, problemIn(known)]);
    expect((await rig.mailsTo('alice@example.com')).length).toBeLessThanOrEqual(5);
  });

  it('ten changes an hour are told to an address', async () => {
    await rig.signUp('alice');
    const names = [passwords.alice, ...Array.from({ length: 11 }, (_, i) => `${newPassword} ${i}`)];
    const answers = [];

    for (const [i, oldPassword] of names.slice(0, 11).entries()) {
      const body = { oldPassword, newPassword: names[i + 1] };
      answers.push(await rig.server.send('PUT', '/v2/me/password', { as: 'alice', body }));
    }

    expect(tallyOf(answers)).toEqual({ 204: 10, 429: 1 });
  });

  it('ten guesses at the old password are looked at within a quarter of an hour', async () => {
    await rig.signUp('alice');
    const guess = (oldPassword: string) =>
      rig.server.send('PUT', '/v2/me/password', {
        as: 'alice',
        body: { oldPassword, newPassword },
      });

    const guesses = await Promise.all(Array.from({ length: 12 }, () => guess('not hers')));
    const right = await guess(passwords.alice);

    expect(tallyOf(guesses)).toEqual({ 401: 10, 429: 2 });
    expect([right.status, right.headers['retry-after']]).toEqual([429, '900']);
  });
});
