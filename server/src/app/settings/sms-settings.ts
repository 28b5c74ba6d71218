import { type Static, Type } from 'typebox';

/** Settings of text messages. */
export const smsSettings = {
  TWILIO_ACCOUNT_SID: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9]{1,64}$',
      description:
        'Sends text messages through Twilio instead of to files in `DATA_DIR/sms`: the account SID. Also set the token and the number.',
    }),
  ),
  TWILIO_AUTH_TOKEN: Type.Optional(
    Type.String({ minLength: 1, 'x-secret': true, description: 'The auth token of that account.' }),
  ),
  TWILIO_FROM_NUMBER: Type.Optional(
    Type.String({
      pattern: '^[+A-Za-z0-9 ]{3,40}$',
      description: 'The number that sends the messages, such as `+15005550006`.',
    }),
  ),
  TWILIO_BASE_URL: Type.String({
    pattern: '^https?://[^/?#]+/?$',
    default: 'https://api.twilio.com',
    description: 'The URL of Twilio. Change it for tests and proxies only.',
  }),
  CELLPHONE_VALIDATION_CODE_EXP_SECS: Type.Integer({
    minimum: 60,
    maximum: 600,
    default: 600,
    description: 'How long a code that verifies a phone number is valid, in seconds.',
  }),
  SMS_MAX_PER_COUNTRY_AND_DAY: Type.Integer({
    minimum: 1,
    maximum: 10_000_000,
    default: 500,
    description:
      'Maximum number of text messages in 24 hours to numbers of one country code. It limits the cost of fraud.',
  }),
};

const SmsSettings = Type.Object(smsSettings);

export type SmsConfig = {
  /** Null: messages are written to files. */
  twilio: { accountSid: string; authToken: string; from: string; baseUrl: string } | null;
  codeLifeMs: number;
  maxTextsPerCountryAndDay: number;
};

/** All three of Twilio's, or none: half a setup would write to files what people wait for. */
export function smsOf(settings: Static<typeof SmsSettings>, problems: string[]): SmsConfig {
  const {
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_FROM_NUMBER: from,
  } = settings;
  const rest = {
    codeLifeMs: settings.CELLPHONE_VALIDATION_CODE_EXP_SECS * 1000,
    maxTextsPerCountryAndDay: settings.SMS_MAX_PER_COUNTRY_AND_DAY,
  };
  if (accountSid && authToken && from) {
    const baseUrl = settings.TWILIO_BASE_URL.replace(/\/$/, '');
    return { twilio: { accountSid, authToken, from, baseUrl }, ...rest };
  }
  const needed = ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_FROM_NUMBER'] as const;
  const given = needed.filter((name) => settings[name]);
  const missing = needed.filter((name) => !settings[name]);
  if (given.length > 0) {
    problems.push(
      `${given.join(', ')} ${given.length === 1 ? 'is' : 'are'} set, but ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not. To send text messages through Twilio set all three; to write them to files set none.`,
    );
  }
  return { twilio: null, ...rest };
}
