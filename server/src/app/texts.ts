import { join } from 'node:path';
import { fileTexts } from '../adapters/sms/files.ts';
import { twilioTexts } from '../adapters/sms/twilio.ts';
import type { Now, TextMessages } from '../domain/ports.ts';
import type { Config } from './config.ts';

type Needs = {
  now: Now;
  log: { info(details: Record<string, unknown>, message: string): void };
};

/** Twilio, or files, as the settings say. */
export function openTexts({ sms, dataDir }: Config, { now, log }: Needs): TextMessages {
  return sms.twilio
    ? twilioTexts({ ...sms.twilio, now })
    : fileTexts({ folder: join(dataDir, 'sms'), now, log });
}
