import { DomainError } from '../../domain/errors.ts';
import type { ContractApp, Surroundings } from '../contract.ts';
import { badPayload, done, fault, isGiven, payloadOf, prefix, textIn } from './wire.ts';

const words = {
  known: 'Registered. You have already registered this cellphone number.',
  taken: 'Sorry. That cellphone number is already registered.',
  wrong: 'Invalid validation code. Please try again.',
  expired: 'Validation expired. Please try again.',
};

/** Which refusal of the domain's is said how; any other as everywhere. */
const askRefusals: Partial<Record<string, string>> = { conflict: words.known, taken: words.taken };
const verifyRefusals: Partial<Record<string, string>> = {
  invalid: words.wrong,
  gone: words.wrong,
  expired: words.expired,
  taken: words.taken,
};

/** Numbers of phones, proved by a code that is sent there. */
export function phoneRoutes(app: ContractApp, { services, viewer }: Surroundings): void {
  const { phones } = services;

  app.post(
    `${prefix}/cellphone`,
    { schema: { operationId: 'askForPhoneCode', summary: 'Have a code sent to your phone' } },
    async (request) => {
      const who = await viewer(request);
      const fields = payloadOf(request.body);
      const claim = {
        phone: digitsIn(fields, 'cellphone_number'),
        countryCode: digitsIn(fields, 'cellphone_cc'),
        address: request.ip,
      };
      await phones.replace(who, claim).catch((error: unknown) => refuse(error, askRefusals));
      return done('Successfully sent validation code.');
    },
  );

  app.put(
    `${prefix}/cellphone/verify`,
    { schema: { operationId: 'verifyPhone', summary: 'Prove your number by the code' } },
    async (request) => {
      const who = await viewer(request);
      const { validation_code: code } = payloadOf(request.body);
      if (typeof code !== 'string') throw fault(400, words.wrong);
      await phones
        .confirmRepeatably(who, code, request.ip)
        .catch((error: unknown) => refuse(error, verifyRefusals));
      return done('Successful cellphone validation.');
    },
  );
}

/** Digits that some clients send as a number. */
function digitsIn(fields: Readonly<Record<string, unknown>>, name: string): string {
  const value = fields[name];
  if (typeof value !== 'number') return textIn(fields, name);
  if (!isGiven(value)) throw fault(400, badPayload);
  return String(value);
}

function refuse(error: unknown, refusals: Partial<Record<string, string>>): never {
  const message = error instanceof DomainError ? refusals[error.code] : undefined;
  throw message === undefined ? error : fault(400, message);
}
