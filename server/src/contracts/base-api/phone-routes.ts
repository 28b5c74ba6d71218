import type { ContractApp, RouteContext } from '../contract.ts';
import { tokenFirst } from '../token-first.ts';
import { badPayload, done, fault, isGiven, payloadOf, prefix, refusing, textIn } from './wire.ts';

type Refusal = [status: number, message: string];

const known: Refusal = [400, 'Registered. You have already registered this cellphone number.'];
const taken: Refusal = [400, 'Sorry. That cellphone number is already registered.'];
const wrong: Refusal = [400, 'Invalid validation code. Please try again.'];
const expired: Refusal = [400, 'Validation expired. Please try again.'];

/** Numbers of phones, proved by a code that is sent there. */
export function phoneRoutes(app: ContractApp, { services, viewer }: RouteContext): void {
  const { phones } = services;

  app.post(
    `${prefix}/cellphone`,
    {
      schema: { operationId: 'askForPhoneCode', summary: 'Have a code sent to your phone' },
      ...tokenFirst(viewer),
    },
    async (request) => {
      const who = await viewer(request);
      const fields = payloadOf(request.body);
      const claim = {
        phone: digitsIn(fields, 'cellphone_number'),
        countryCode: digitsIn(fields, 'cellphone_cc'),
        address: request.ip,
      };
      await phones.replace(who, claim).catch(refusing({ conflict: known, taken }));
      return done('Successfully sent validation code.');
    },
  );

  app.put(
    `${prefix}/cellphone/verify`,
    {
      schema: { operationId: 'verifyPhone', summary: 'Prove your number by the code' },
      ...tokenFirst(viewer),
    },
    async (request) => {
      const who = await viewer(request);
      const { validation_code: code } = payloadOf(request.body);
      if (typeof code !== 'string') throw fault(...wrong);
      await phones
        .confirmRepeatably(who, code, request.ip)
        .catch(refusing({ invalid: wrong, gone: wrong, expired, taken }));
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
