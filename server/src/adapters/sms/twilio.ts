import { DomainError } from '../../domain/errors.ts';
import type { Now, TextMessages } from '../../domain/ports.ts';
import { breaker } from '../breaker.ts';

type Needs = {
  accountSid: string;
  authToken: string;
  /** The number that messages come from, or a messaging service. */
  from: string;
  /** `https://api.twilio.com`, without a slash at the end. */
  baseUrl: string;
  now: Now;
  timeoutMs?: number;
};

type Answer = { status: number; body: unknown };

/**
 * Text messages through Twilio's REST interface of 2010-04-01.
 * Source: https://www.twilio.com/docs/messaging/api/message-resource
 */
export function twilioTexts(needs: Needs): TextMessages {
  const { accountSid, authToken, from, baseUrl, now, timeoutMs = 10_000 } = needs;
  const guarded = breaker({ now, machine: 'Twilio', label: 'twilio', isOutage });
  const account = `${baseUrl}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}`;
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;

  async function request(url: string, body?: URLSearchParams): Promise<Answer> {
    const response = await fetch(url, {
      method: body ? 'POST' : 'GET',
      headers: { authorization, accept: 'application/json' },
      ...(body ? { body } : {}),
      // A redirect would carry the token to wherever it points.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    return { status: response.status, body: parsed(text) };
  }

  return {
    send: ({ to, text }) =>
      guarded(async () => {
        const form = new URLSearchParams({ To: to, From: from, Body: text });
        checkTaken(await request(`${account}/Messages.json`, form));
      }),

    async check() {
      const { status, body } = await request(`${account}.json`);
      if (status === 200) return;
      throw new Error(
        `Twilio at ${baseUrl} answers ${status}${reasonIn(body)}. Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.`,
      );
    },
  };
}

class TwilioError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'TwilioError';
    this.status = status;
  }
}

/**
 * A refusal of this very message is final. A wrong token or an unknown account is not: the operator can put
 * that right while the code is still valid.
 */
function checkTaken({ status, body }: Answer): void {
  if (status === 201) return;
  const reason = reasonIn(body);
  if (isTwilioError(body) && status >= 400 && status < 500 && !repeatable.has(status)) {
    throw new DomainError('invalid', `Twilio refuses the message: ${status}${reason}.`);
  }
  throw new TwilioError(status, `Twilio answers ${status}${reason}.`);
}

const repeatable = new Set([401, 403, 404, 408, 429]);

function isOutage(error: unknown): boolean {
  if (error instanceof DomainError) return false;
  return !(error instanceof TwilioError) || error.status === 429 || error.status >= 500;
}

function isTwilioError(body: unknown): body is { code: number } {
  return (
    typeof body === 'object' && body !== null && 'code' in body && typeof body.code === 'number'
  );
}

/** Twilio's number of the error, which its manual explains. Its sentence may repeat the phone number. */
function reasonIn(body: unknown): string {
  return isTwilioError(body) ? `, error ${body.code}` : '';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
