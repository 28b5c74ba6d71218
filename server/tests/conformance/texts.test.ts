import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fileTexts } from '../../src/adapters/sms/files.ts';
import { twilioTexts } from '../../src/adapters/sms/twilio.ts';
import type { TextMessages } from '../../src/domain/ports.ts';
import { stoppedClock } from '../support/clock.ts';
import { type TwilioServer, twilioServer } from '../support/twilio.ts';

type Taken = { to: string; text: string };

/** What every way of sending must do. */
function keepsTheRules(newTexts: () => TextMessages, taken: () => Taken[]): void {
  it('hands a message over as it is', async () => {
    const message = { to: '+59898765432', text: 'Tu código: 123456 & «más» +1%' };

    await newTexts().send(message);

    expect(taken()).toEqual([message]);
  });

  it('loses none of twenty at once', async () => {
    const texts = newTexts();

    const numbers = Array.from({ length: 20 }, (_, i) => `+598987654${10 + i}`);
    await Promise.all(numbers.map((to) => texts.send({ to, text: 'Hello.' })));

    expect(
      taken()
        .map(({ to }) => to)
        .sort(),
    ).toEqual(numbers);
  });

  it('is checked without sending anything', async () => {
    await newTexts().check();

    expect(taken()).toEqual([]);
  });
}

describe('text messages in files', () => {
  const { now } = stoppedClock();
  let parent: string;
  let logged: unknown[];

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'rookery-sms-'));
    logged = [];
  });

  afterEach(() => rmSync(parent, { recursive: true }));

  const folder = () => join(parent, 'sms');
  const newTexts = () =>
    fileTexts({ folder: folder(), now, log: { info: (details) => logged.push(details) } });
  const files = () => readdirSync(folder()).map((name) => join(folder(), name));
  const read = () => files().map((file) => JSON.parse(readFileSync(file, 'utf8')));

  keepsTheRules(newTexts, () => read().map(({ to, text }) => ({ to, text })));

  it('are for their owner alone, say when, and are named in the log without what they say', async () => {
    await newTexts().send({ to: '+59898765432', text: 'Your code is 123456.' });

    const [file = ''] = files();
    expect(read()).toEqual([
      { to: '+59898765432', text: 'Your code is 123456.', at: '2026-06-01T12:00:00.000Z' },
    ]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(logged).toEqual([{ file }]);
  });
});

describe('text messages through Twilio', () => {
  let twilio: TwilioServer;

  beforeAll(async () => {
    twilio = await twilioServer();
  });

  beforeEach(() => {
    twilio.sent.length = 0;
    twilio.asked.length = 0;
    twilio.answerWith(null);
  });

  afterAll(() => twilio.stop());

  function newTexts(options: { authToken?: string; timeoutMs?: number } = {}): TextMessages {
    const { environment } = twilio;
    return twilioTexts({
      accountSid: environment.TWILIO_ACCOUNT_SID ?? '',
      authToken: environment.TWILIO_AUTH_TOKEN ?? '',
      from: environment.TWILIO_FROM_NUMBER ?? '',
      baseUrl: environment.TWILIO_BASE_URL ?? '',
      now: () => new Date(),
      ...options,
    });
  }

  keepsTheRules(newTexts, () => twilio.sent.map(({ to, text }) => ({ to, text })));

  it('come from the number of the account, by its address', async () => {
    await newTexts().send({ to: '+59898765432', text: 'Hello.' });

    expect(twilio.sent[0]?.from).toBe('+15005550006');
    expect(twilio.asked).toEqual([
      'POST /2010-04-01/Accounts/AC00000000000000000000000000000001/Messages.json',
    ]);
  });

  it('are refused for good when Twilio refuses the message, without its number in the error', async () => {
    twilio.answerWith({ status: 400, code: 21211 });

    const refused = newTexts().send({ to: '+59898765432', text: 'Hello.' });

    await expect(refused).rejects.toMatchObject({
      code: 'invalid',
      message: 'Twilio refuses the message: 400, error 21211.',
    });
  });

  it.each([
    { status: 429, code: 20429 },
    { status: 500, code: 20500 },
    { status: 503 },
    { status: 400 },
    { status: 401, code: 20003 },
    { status: 404, code: 20404 },
  ])('may be repeated after an answer %j', async (answer) => {
    twilio.answerWith(answer);

    const failed = newTexts().send({ to: '+59898765432', text: 'Hello.' });

    await expect(failed).rejects.toMatchObject({ name: 'TwilioError', status: answer.status });
  });

  it('wait for a silent Twilio no longer than they are told, and after five times not at all', async () => {
    const texts = newTexts({ timeoutMs: 50 });
    twilio.answerWith('silence');

    const message = { to: '+59898765432', text: 'Hello.' };
    for (const _ of [1, 2, 3, 4, 5]) {
      await expect(texts.send(message)).rejects.toMatchObject({ name: 'TimeoutError' });
    }

    await expect(texts.send(message)).rejects.toMatchObject({ code: 'unavailable' });
    expect(twilio.asked).toHaveLength(5);
  });

  it('say what to do when the token is wrong', async () => {
    const texts = newTexts({ authToken: 'another' });

    await expect(texts.check()).rejects.toThrow(
      /answers 401, error 20003. Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN/,
    );
  });
});
