import { Type } from 'typebox';
import type { ContractApp, RouteContext } from '../contract.ts';
import { accountPresenter, MeSchema } from './account-wire.ts';
import { NoContent, ref, text } from './fields.ts';
import { operation } from './operation.ts';
import { PhoneAskedSchema } from './phone-wire.ts';

const PhoneBody = Type.Object(
  {
    phone: text({
      minLength: 1,
      maxLength: 40,
      description: 'With its country code; spaces, dashes and brackets do not matter.',
    }),
  },
  { additionalProperties: false, examples: [{ phone: '+598 98 765 432' }] },
);

const CodeBody = Type.Object(
  { code: Type.String({ pattern: '^[0-9]{6}$', description: 'The six digits of the message.' }) },
  { additionalProperties: false, examples: [{ code: '493027' }] },
);

export function phoneRoutes(app: ContractApp, { services, publicUrl, viewer }: RouteContext): void {
  const { accounts, phones } = services;
  const present = accountPresenter(publicUrl);

  app.post(
    '/me/phone',
    {
      schema: operation({
        id: 'askForPhoneCode',
        summary: 'Have a code sent to your phone',
        description:
          'Six digits by text message, in place of any sent before. Whether another account has the number shows at confirmation alone.',
        tag: 'accounts',
        errors: ['conflict', 'unsupported', 'too_large'],
        signedIn: 'required',
        body: PhoneBody,
        response: { 202: ref(PhoneAskedSchema) },
      }),
    },
    async (request, reply) => {
      const who = await viewer(request);
      const asked = await phones.ask(who, { ...request.body, address: request.ip });
      reply.code(202);
      return asked;
    },
  );

  app.post(
    '/me/phone/confirm',
    {
      schema: operation({
        id: 'confirmPhone',
        summary: 'Confirm your number by the code',
        description: 'A code can be tried five times and works once.',
        tag: 'accounts',
        errors: ['taken', 'gone', 'expired', 'unsupported', 'too_large'],
        signedIn: 'required',
        body: CodeBody,
        response: { 200: ref(MeSchema) },
      }),
    },
    async (request) => {
      const who = await viewer(request);
      await phones.confirm(who, request.body.code, request.ip);
      return present.me(await accounts.readMe(who));
    },
  );

  app.delete(
    '/me/phone',
    {
      schema: operation({
        id: 'removePhone',
        summary: 'Remove your number',
        tag: 'accounts',
        errors: ['not_found'],
        signedIn: 'required',
        response: { 204: NoContent },
      }),
    },
    async (request, reply) => {
      await phones.remove(await viewer(request), request.ip);
      return reply.code(204).send();
    },
  );
}
