import { Type } from 'typebox';
import { accountPresenter, MeSchema } from './account-wire.ts';
import { NoContent, text } from './fields.ts';
import { PhoneAskedSchema } from './phone-wire.ts';
import { route, type V2App } from './route.ts';

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

export function phoneRoutes(app: V2App): void {
  const { accounts, phones } = app.services;
  const present = accountPresenter(app.publicUrl);

  route(
    app,
    {
      at: 'POST /me/phone',
      id: 'askForPhoneCode',
      summary: 'Have a code sent to your phone',
      description:
        'Six digits by text message, in place of any sent before. Whether another account has the number shows at confirmation alone.',
      tag: 'accounts',
      signedIn: 'required',
      body: PhoneBody,
      response: { 202: PhoneAskedSchema },
      errors: ['conflict'],
    },
    ({ viewer, body, request }) => phones.ask(viewer, { ...body, address: request.ip }),
  );

  route(
    app,
    {
      at: 'POST /me/phone/confirm',
      id: 'confirmPhone',
      summary: 'Confirm your number by the code',
      description: 'A code can be tried five times and works once.',
      tag: 'accounts',
      signedIn: 'required',
      body: CodeBody,
      response: { 200: MeSchema },
      errors: ['taken', 'gone', 'expired'],
    },
    async ({ viewer, body, request }) => {
      await phones.confirm(viewer, body.code, request.ip);
      return present.me(await accounts.readMe(viewer));
    },
  );

  route(
    app,
    {
      at: 'DELETE /me/phone',
      id: 'removePhone',
      summary: 'Remove your number',
      tag: 'accounts',
      signedIn: 'required',
      response: { 204: NoContent },
      errors: ['not_found'],
    },
    ({ viewer, request }) => phones.remove(viewer, request.ip),
  );
}
