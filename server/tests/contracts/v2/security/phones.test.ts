import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { number, phone, phoneCalls } from '../../../support/phones.ts';
import { type Person, type TestServer, testServer } from '../../../support/server.ts';
import { type TwilioServer, twilioServer } from '../../../support/twilio.ts';

const minuteMs = 60_000;

describe('codes for phones', () => {
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
  const wrongFor = (code: string) => (code === '000000' ? '000001' : '000000');

  it('S14: end after ten minutes', async () => {
    const code = await codeFor('alice');
    // The access token ends later than the code.
    server.clock.advance(10 * minuteMs);

    const late = await confirm('alice', code);

    expect(late.status).toBe(410);
    expect(late.body).toMatchObject({ code: 'expired' });
  });

  it('S15: work once', async () => {
    const code = await codeFor('alice');

    const first = await confirm('alice', code);
    const second = await confirm('alice', code);

    expect([first.status, second.status]).toEqual([200, 422]);
  });

  it('S15: end when the next is asked for', async () => {
    const old = await codeFor('alice');
    const next = await codeFor('alice');

    const replaced = await confirm('alice', old);
    const current = await confirm('alice', next);

    expect([replaced.status, current.status]).toEqual([422, 200]);
  });

  it('S15: of two requests at once end together', async () => {
    await Promise.all([ask('alice'), ask('alice', '+59898765433')]);
    await server.work();
    const codes = twilio.sent.map(({ text }) => /\d{6}/.exec(text)?.[0] ?? '');

    const answers: number[] = [];
    for (const code of [...codes, ...codes]) answers.push((await confirm('alice', code)).status);

    expect(answers.filter((status) => status === 200)).toHaveLength(1);
  });

  it('S16: have six digits, as chance has it', async () => {
    const codes = new Set<string>();
    for (let i = 0; i < 20; i += 1) codes.add(await codeFor('alice', `+5989876540${i + 10}`));

    expect(codes.size).toBeGreaterThan(18);
    expect([...codes].every((code) => /^\d{6}$/.test(code))).toBe(true);
  });

  it('S17: take five guesses, also parallel ones, and then not even the right one', async () => {
    const code = await codeFor('alice');

    const guesses = Array.from({ length: 20 }, () => confirm('alice', wrongFor(code)));
    const answers = await Promise.all(guesses);
    const right = await confirm('alice', code);

    const compared = answers.filter(({ body }) => body.detail.includes('not the one'));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(422));
    expect(compared).toHaveLength(5);
    expect(right.status).toBe(422);
  });

  it('S18: work for the account that asked alone', async () => {
    const code = await codeFor('alice');
    await codeFor('bob', '+59898765433');

    const stolen = await confirm('bob', code);

    expect(stolen.status).toBe(422);
  });

  it('S18: prove the number that they were sent to, and no other', async () => {
    const first = await codeFor('alice');
    await ask('alice', '+59898765433');

    const other = await confirm('alice', first);
    const me = await server.send('GET', '/v2/me', { as: 'alice' });

    expect(other.status).toBe(422);
    expect(me.body.phone).toBeNull();
  });

  it('S12: do not tell whether somebody has the number', async () => {
    await confirm('alice', await codeFor('alice'));

    const known = await ask('bob');
    const unknown = await ask('bob', '+59898765433');

    expect(known.status).toBe(202);
    expect(Object.keys(known.body)).toEqual(Object.keys(unknown.body));
  });

  it('S88: stand neither in the log, the outbox nor the database', async () => {
    await ask('alice');
    const { database } = server.app;
    const outbox = await database.selectFrom('outbox').selectAll().execute();
    await server.work();
    const code = /\d{6}/.exec(twilio.sent[0]?.text ?? '')?.[0] ?? 'none';
    const kept = await database.selectFrom('verifications').selectAll().execute();
    const audit = await database.selectFrom('audit_log').selectAll().execute();

    const payloads = outbox.map(({ payload }) => payload);
    const texts = kept.map(({ subject, details }) => `${subject} ${details}`);
    expect(payloads).toEqual([expect.stringMatching(/^\{"verificationId":\d+\}$/)]);
    expect(server.logged.join('')).not.toContain(code);
    expect(texts.join('')).not.toContain(code);
    expect(JSON.stringify(audit)).not.toContain(number);
  });
});

describe('text messages', () => {
  let twilio: TwilioServer;
  let server: TestServer;

  beforeEach(async () => {
    twilio = await twilioServer();
    const environment = {
      ...twilio.environment,
      RATE_LIMITS: 'on',
      SMS_MAX_PER_COUNTRY_AND_DAY: '8',
    };
    server = await testServer({ environment });
  });

  afterEach(async () => {
    await server.close();
    await twilio.stop();
  });

  async function ask(as: Person, phone: string, from = '10.0.0.1') {
    const { accessToken } = await server.tokens(as);
    return server.http.server.inject({
      method: 'POST',
      url: '/v2/me/phone',
      remoteAddress: from,
      headers: { authorization: `Bearer ${accessToken}` },
      payload: { phone },
    });
  }

  const statusesOf = (answers: Array<{ statusCode: number }>) =>
    answers.map(({ statusCode }) => statusCode).sort((a, b) => a - b);

  it('S90: are limited per account, and it is told when to come back', async () => {
    const asks = Array.from({ length: 7 }, (_, i) => ask('alice', `+5989876543${i}`));
    const answers = await Promise.all(asks);
    await server.work();
    const refused = await ask('alice', phone);

    expect(statusesOf(answers)).toEqual([...Array(5).fill(202), 429, 429]);
    expect(twilio.sent.length).toBeLessThanOrEqual(5);
    expect(refused.json()).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(refused.headers['retry-after']).toBe('3600');
  });

  it('S90: are limited per number, whoever asks', async () => {
    const asks = (['alice', 'bob', 'carla'] as const).flatMap((who) => [
      ask(who, phone),
      ask(who, phone),
    ]);

    expect(statusesOf(await Promise.all(asks))).toEqual([...Array(5).fill(202), 429]);
  });

  it('S90: are limited per country and day, and other countries are not touched', async () => {
    const asks = (['alice', 'bob'] as const).flatMap((who, w) =>
      Array.from({ length: 5 }, (_, i) => ask(who, `+59898765${w}3${i}`, `10.0.0.${w}`)),
    );
    const answers = await Promise.all(asks);
    const elsewhere = await ask('carla', '+442079460958');
    server.clock.advance(24 * 60 * minuteMs);
    server.forget('carla');
    const nextDay = await ask('carla', '+59898765432');

    expect(statusesOf(answers)).toEqual([...Array(8).fill(202), 429, 429]);
    expect(elsewhere.statusCode).toBe(202);
    expect(nextDay.statusCode).toBe(202);
  });
});
