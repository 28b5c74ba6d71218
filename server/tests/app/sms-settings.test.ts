import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/app/config.ts';

const twilio = {
  TWILIO_ACCOUNT_SID: 'AC1',
  TWILIO_AUTH_TOKEN: 'token',
  TWILIO_FROM_NUMBER: '+15005550006',
};

const DATA_DIR = mkdtempSync(join(tmpdir(), 'rookery-test-'));

afterAll(() => rmSync(DATA_DIR, { recursive: true }));

describe('the settings of text messages', () => {
  it('write them to files when there are none', () => {
    expect(read({}).sms).toEqual({
      twilio: null,
      codeLifeMs: 600_000,
      maxTextsPerCountryAndDay: 500,
    });
  });

  it('send them through Twilio when all three are there', () => {
    const { sms } = read({ ...twilio, CELLPHONE_VALIDATION_CODE_EXP_SECS: '120' });

    expect(sms).toMatchObject({
      twilio: {
        accountSid: 'AC1',
        authToken: 'token',
        from: '+15005550006',
        baseUrl: 'https://api.twilio.com',
      },
      codeLifeMs: 120_000,
    });
  });

  it.each([
    [
      { TWILIO_ACCOUNT_SID: 'AC1' },
      'TWILIO_ACCOUNT_SID is set, but TWILIO_AUTH_TOKEN, TWILIO_FROM_NUMBER are not.',
    ],
    [
      { ...twilio, TWILIO_AUTH_TOKEN: '' },
      'TWILIO_ACCOUNT_SID, TWILIO_FROM_NUMBER are set, but TWILIO_AUTH_TOKEN is not.',
    ],
    [{ ...twilio, TWILIO_BASE_URL: 'api.twilio.com' }, 'TWILIO_BASE_URL is not an address'],
    [{ CELLPHONE_VALIDATION_CODE_EXP_SECS: '601' }, 'CELLPHONE_VALIDATION_CODE_EXP_SECS must be'],
  ])('are refused when they do not fit together: %j', (settings, message) => {
    expect(() => read(settings)).toThrow(message);
  });
});

function read(settings: Record<string, string>) {
  return readConfig({ DATA_DIR, ...settings });
}
