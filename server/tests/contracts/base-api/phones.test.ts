import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Person, type TestServer, testServer } from '../../support/server.ts';
import { type TwilioServer, twilioServer } from '../../support/twilio.ts';
import { type BaseClient, baseClient } from './client.ts';

const minuteMs = 60_000;

/** Status and message. */
function said({ status, body }: Answer): [number, string] {
  return [status, body.message];
}

const asked = [200, 'Successfully sent validation code.'];
const proved = [200, 'Successful cellphone validation.'];
const wrong = [400, 'Invalid validation code. Please try again.'];
const expired = [400, 'Validation expired. Please try again.'];
const known = [400, 'Registered. You have already registered this cellphone number.'];
const taken = [400, 'Sorry. That cellphone number is already registered.'];

describe('a cellphone', () => {
  let twilio: TwilioServer;
  let server: TestServer;
  let base: BaseClient;

  beforeAll(async () => {
    twilio = await twilioServer();
    server = await testServer({ contracts: 'all', environment: twilio.environment });
    base = baseClient(server);
    for (const person of ['alice', 'bob', 'carla'] as const) await base.register(person);
  });

  afterAll(async () => {
    await server.close();
    await twilio.stop();
  });

  const ask = (as: Person, number: string) => {
    const body = { cellphone_number: number, cellphone_cc: '+598' };
    return base.send('POST', '/v1/cellphone', { as, body });
  };
  const verify = (as: Person, code: unknown) =>
    base.send('PUT', '/v1/cellphone/verify', { as, body: { validation_code: code } });
  const dateOf = async (as: Person) => (await base.status(as)).cellphone_validation_date;

  async function codeFor(as: Person, number: string): Promise<string> {
    expect(said(await ask(as, number))).toEqual(asked);
    await server.work();
    return twilio.sent.at(-1)?.text.slice(-4) ?? '';
  }

  const otherThan = (code: string) => (code === '1234' ? '4321' : '1234');

  it('is proved by the code that comes to it, and again by the same code', async () => {
    const code = await codeFor('alice', '98 765 001');
    const before = await dateOf('alice');
    const first = await verify('alice', code);
    server.clock.advance(minuteMs);

    const answers = [first, await verify('alice', code), await verify('alice', otherThan(code))];
    const noCode = await verify('alice', null);

    expect(twilio.sent.at(-1)).toMatchObject({
      to: '+59898765001',
      text: expect.stringMatching(/^Your verification code is [1-9]\d{3}$/),
    });
    expect([...answers, noCode].map(said)).toEqual([proved, proved, wrong, wrong]);
    expect(before).toBeNull();
    expect(await dateOf('alice')).toBe('2026-06-01T12:00:00+00:00');
  });

  it('that is proved is not asked for again by its owner', async () => {
    expect(said(await ask('alice', '98765001'))).toEqual(known);
  });

  it('that is proved is nobody else’s, who is told so before a message is paid for', async () => {
    const before = twilio.asked.length;

    const answer = await ask('bob', '98765001');
    await server.work();

    expect(said(answer)).toEqual(taken);
    expect(twilio.asked).toHaveLength(before);
  });

  it('is one account’s when two have a code for it', async () => {
    const codes = [await codeFor('bob', '98765002'), await codeFor('carla', '98765002')];

    const answers = await Promise.all([verify('bob', codes[0]), verify('carla', codes[1])]);

    expect(answers.map(said)).toEqual(expect.arrayContaining([proved, taken]));
  });

  it('is proved by a code that is sent three times at once', async () => {
    const code = await codeFor('bob', '98765003');

    const answers = await Promise.all([1, 2, 3].map(() => verify('bob', code)));

    expect(answers.map(said)).toEqual([proved, proved, proved]);
  });

  it('loses its proof for another that is asked for, and is free', async () => {
    const mine = await codeFor('carla', '98765004');
    await verify('carla', mine);

    await codeFor('carla', '98765005');
    const without = await dateOf('carla');
    const me = (await server.send('GET', '/v2/me', { as: 'carla' })).body;
    const late = await verify('carla', mine);
    const others = await verify('bob', await codeFor('bob', '98765004'));

    expect(without).toBeNull();
    expect(me).toMatchObject({ phone: '+59898765005', phoneVerified: false });
    expect([said(late), said(others)]).toEqual([wrong, proved]);
  });

  it('is not proved by a sixth guess, even if it is right', async () => {
    const code = await codeFor('carla', '98765006');
    const guesses: Answer[] = [];
    for (let i = 0; i < 5; i += 1) guesses.push(await verify('carla', otherThan(code)));

    const right = await verify('carla', code);

    expect([...guesses, right].map(said)).toEqual(Array.from({ length: 6 }, () => wrong));
    expect(said(await verify('carla', await codeFor('carla', '98765006')))).toEqual(proved);
  });

  it('is not proved ten minutes later, nor is that repeated', async () => {
    const used = await codeFor('bob', '98765007');
    await verify('bob', used);
    const unused = await codeFor('carla', '98765008');

    server.clock.advance(10 * minuteMs);

    const answers = [await verify('carla', unused), await verify('bob', used)];
    expect(answers.map(said)).toEqual([expired, expired]);
    expect(await dateOf('carla')).toBeNull();
  });

  it('is not proved by an earlier code, nor by somebody else’s', async () => {
    const earlier = await codeFor('bob', '98765009');
    const mine = await codeFor('bob', '98765009');
    await codeFor('carla', '98765010');

    const answers = [await verify('carla', mine), await verify('bob', earlier)];

    expect(answers.map(said)).toEqual([wrong, wrong]);
    expect(said(await verify('bob', mine))).toEqual(proved);
  });

  it('gets codes of four digits by chance', async () => {
    const codes = twilio.sent.map(({ text }) => text.slice(-4));

    expect(codes.filter((code) => !/^[1-9]\d{3}$/.test(code))).toEqual([]);
    expect(new Set(codes).size).toBeGreaterThan(codes.length - 3);
  });
});
