import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { number, phone, phoneCalls } from '../../support/phones.ts';
import { type Scenario, scenarios } from '../../support/scenarios.ts';
import { passwords, type TestServer, testServer } from '../../support/server.ts';
import { type TwilioServer, twilioServer } from '../../support/twilio.ts';

const minuteMs = 60_000;

describe('a phone number', () => {
  let twilio: TwilioServer;
  let server: TestServer;

  beforeEach(async () => {
    twilio = await twilioServer();
    server = await testServer({ environment: twilio.environment });
  });

  afterEach(async () => {
    await server.close();
    await twilio.stop();
  });

  const { ask, confirm, codeFor } = phoneCalls(() => ({ server, twilio }));

  function auditOf(action: string) {
    const { database } = server.app;
    return database.selectFrom('audit_log').selectAll().where('action', '=', action).execute();
  }

  it('is verified by the code that comes to it', async () => {
    const asked = await ask('alice');
    await server.work();
    const [message] = twilio.sent;
    const code = /\d{6}/.exec(message?.text ?? '')?.[0] ?? '';
    const confirmed = await confirm('alice', code);

    expect(asked.status).toBe(202);
    expect(asked.body).toEqual({ phone: number, expiresAt: '2026-06-01T12:10:00.000Z' });
    expect(message).toMatchObject({ to: number, from: '+15005550006' });
    expect(message?.text).toContain('Your verification code is');
    expect(confirmed.status).toBe(200);
    expect(confirmed.body).toMatchObject({ username: 'alice', phone: number, phoneVerified: true });
    expect((await auditOf('phone.verified')).map(({ details }) => details)).toEqual([
      '{"number":"+598…32"}',
    ]);
  });

  it('is not verified by a code where none is under way', async () => {
    const { status, body } = await confirm('alice', '123456');

    expect([status, body.code]).toEqual([422, 'invalid']);
    expect(body.fields).toMatchObject([{ field: 'code' }]);
  });

  it('gets its message in the language of the account', async () => {
    await server.tokens('alice');
    const { kysely } = server.app.database;
    await kysely.updateTable('accounts').set({ language: 'es' }).execute();

    await codeFor('alice');

    expect(twilio.sent[0]?.text).toMatch(/^Tu clave es \d{6}\. Vale durante 10 minutos\./);
  });

  it('can be changed, and the owner is told', async () => {
    await confirm('alice', await codeFor('alice'));

    const changed = await confirm('alice', await codeFor('alice', '+59898765433'));
    const freed = await confirm('bob', await codeFor('bob'));

    expect(changed.body).toMatchObject({ phone: '+59898765433', phoneVerified: true });
    expect(freed.body).toMatchObject({ phone: number });
  });

  it('that is verified already is not asked for again', async () => {
    await confirm('alice', await codeFor('alice'));

    const again = await ask('alice');

    expect(again.status).toBe(409);
    expect(again.body).toMatchObject({ code: 'conflict' });
  });

  it('can be removed, with a code that is under way', async () => {
    await confirm('alice', await codeFor('alice'));
    const code = await codeFor('alice', '+59898765433');

    const removed = await server.send('DELETE', '/v2/me/phone', { as: 'alice' });
    const again = await server.send('DELETE', '/v2/me/phone', { as: 'alice' });
    const late = await confirm('alice', code);
    const me = await server.send('GET', '/v2/me', { as: 'alice' });

    expect([removed.status, again.status, late.status]).toEqual([204, 404, 422]);
    expect(me.body).toMatchObject({ phone: null, phoneVerified: false });
  });

  it('is free again when its account is closed', async () => {
    await confirm('alice', await codeFor('alice'));
    await codeFor('alice', '+59898765433');

    await server.send('DELETE', '/v2/me', { as: 'alice', body: { password: passwords.alice } });
    await server.work();
    const taken = await confirm('bob', await codeFor('bob'));

    expect(taken.body).toMatchObject({ phone: number });
  });

  it('is verified by one of twenty parallel confirmations', async () => {
    const code = await codeFor('alice');

    const answers = await Promise.all(Array.from({ length: 20 }, () => confirm('alice', code)));

    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => ![200, 410, 422].includes(status))).toEqual([]);
    expect(await auditOf('phone.verified')).toHaveLength(1);
  });

  it('is verified for one of two accounts that confirm it at once', async () => {
    const codes = { alice: await codeFor('alice'), bob: await codeFor('bob') };

    const answers = await Promise.all([confirm('alice', codes.alice), confirm('bob', codes.bob)]);

    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
      code: 'taken',
      fields: [{ field: 'phone' }],
    });
    expect(await auditOf('phone.verified')).toHaveLength(1);
  });

  it('that closes its account while it confirms leaves nothing behind', async () => {
    const code = await codeFor('alice');

    await Promise.all([
      confirm('alice', code),
      server.send('DELETE', '/v2/me', { as: 'alice', body: { password: passwords.alice } }),
    ]);
    await server.work();

    const names = await server.app.database.selectFrom('account_names').selectAll().execute();
    expect(names).toEqual([]);
  });

  it('that Twilio refuses is asked once, and its code ends', async () => {
    twilio.answerWith({ status: 400, code: 21211 });
    await ask('alice');
    await server.work();
    twilio.answerWith(null);
    server.clock.advance(minuteMs);
    await server.work();

    const { body } = await confirm('alice', '000000');
    const requests = twilio.asked.length;
    expect(requests).toBe(1);
    expect(body.detail).toBe('code is not valid; ask for a new one.');
    expect(JSON.parse((await auditOf('phone.refused'))[0]?.details ?? '')).toEqual({
      number: '+598…32',
      reason: 'Twilio refuses the message: 400, error 21211.',
    });
  });

  it('gets its code once, after Twilio was down for a minute', async () => {
    await server.tokens('alice');
    await twilio.stop();
    await ask('alice');
    for (let second = 0; second < 60; second += 5) {
      await server.work();
      server.clock.advance(5000);
    }
    await twilio.start();
    for (let second = 0; second < 120; second += 5) {
      await server.work();
      server.clock.advance(5000);
    }

    expect(twilio.sent).toHaveLength(1);
    const code = /\d{6}/.exec(twilio.sent[0]?.text ?? '')?.[0] ?? '';
    expect((await confirm('alice', code)).status).toBe(200);
  });

  it('is asked for without waiting for a Twilio that is silent', async () => {
    await server.tokens('alice');
    twilio.answerWith('silence');
    await server.app.startWork();

    const waits: number[] = [];
    for (let i = 0; i < 10; i += 1) {
      const began = performance.now();
      const { status } = await ask('alice', `+5989876540${i}`);
      waits.push(performance.now() - began);
      expect(status).toBe(202);
      await sleep(20);
    }

    expect(Math.max(...waits)).toBeLessThan(2000);
    expect(twilio.asked.length).toBeGreaterThan(0);
    await twilio.stop();
  });
});

describe('a phone number without a provider', () => {
  it('gets its code in a file', async () => {
    const server = await testServer();

    await server.send('POST', '/v2/me/phone', { as: 'alice', body: { phone } });
    await server.work();
    const folder = join(server.dataDir, 'sms');
    const [file = ''] = readdirSync(folder);
    const message = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    const code = /\d{6}/.exec(message.text)?.[0] ?? '';
    const body = { code };
    const confirmed = await server.send('POST', '/v2/me/phone/confirm', { as: 'alice', body });
    const logged = server.logged.filter((line) => line.includes(join(folder, file)));
    await server.close();

    expect(message).toMatchObject({ to: number, at: '2026-06-01T12:00:00.000Z' });
    expect(confirmed.body).toMatchObject({ phone: number, phoneVerified: true });
    expect(logged).toHaveLength(1);
    expect(server.logged.join('')).not.toContain(code);
  });
});

const refused = (body: unknown): Pick<Scenario, 'as' | 'send' | 'expect'> => ({
  as: 'alice',
  send: ['POST', '/v2/me/phone', body],
  expect: [422, { code: 'invalid', fields: [{ field: 'phone' }] }],
});

scenarios('asking for a code', [
  { name: 'refuses a number without a country', ...refused({ phone: '98 765 432' }) },
  { name: 'refuses a number that is too long', ...refused({ phone: '+1234567890123456' }) },
  { name: 'refuses letters', ...refused({ phone: '+598 CALL-ME-NOW' }) },
  { name: 'refuses no number at all', ...refused({}) },
  {
    name: 'needs a token',
    send: ['POST', '/v2/me/phone', { phone }],
    expect: [401, { code: 'no_token' }],
  },
  {
    name: 'refuses a code that is no code',
    as: 'alice',
    send: ['POST', '/v2/me/phone/confirm', { code: '12345' }],
    expect: [422, { code: 'invalid', fields: [{ field: 'code' }] }],
  },
  {
    name: 'refuses a code when none was asked for',
    as: 'alice',
    send: ['POST', '/v2/me/phone/confirm', { code: '123456' }],
    expect: [422, { code: 'invalid', fields: [{ field: 'code' }] }],
  },
]);
