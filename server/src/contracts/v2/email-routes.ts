import { Type } from 'typebox';
import { invalid } from '../../domain/errors.ts';
import { Accepted, email, NoContent, oneTimeToken } from './fields.ts';
import { ownerErrors, ownerProof, ownerProofIn } from './owner-proof-wire.ts';
import { route, type V2App } from './route.ts';

const EmailChange = Type.Object(
  {
    email,
    ...ownerProof,
  },
  {
    additionalProperties: false,
    examples: [{ email: 'alice@example.org', password: 'a long walk at dusk' }],
  },
);

const Confirmation = Type.Object(
  {
    token: Type.Optional(oneTimeToken('Of the link in the mail.')),
    code: Type.Optional(
      Type.String({
        pattern: '^[0-9]{6}$',
        description: 'The code from the mail. Sign in to use it.',
      }),
    ),
  },
  { additionalProperties: false, examples: [{ code: '493027' }] },
);

export function emailRoutes(app: V2App): void {
  const { emails } = app.services;

  route(
    app,
    {
      at: 'POST /me/email',
      id: 'changeEmail',
      summary: 'Change your e-mail address',
      description:
        'Sends a mail to the new address; the account keeps the old one until that is confirmed. The old one is told, if it was confirmed. The answer does not tell whether somebody else has the address: the mail does, to its owner. The link ends with the session that asked for it, and with any change of the password or of the second factor.',
      tag: 'accounts',
      signedIn: 'required',
      body: EmailChange,
      response: { 202: Accepted },
      errors: ownerErrors,
    },
    ({ viewer, body, request }) =>
      emails.change(viewer, { email: body.email, ...ownerProofIn(body, request.ip) }),
  );

  route(
    app,
    {
      at: 'POST /email-verifications',
      id: 'sendEmailVerification',
      summary: 'Have the mail sent again that confirms your address',
      description: 'The one before works no more.',
      tag: 'accounts',
      signedIn: 'required',
      response: { 202: Accepted },
      errors: ['conflict'],
    },
    ({ viewer, request }) => emails.sendAgain(viewer, request.ip),
  );

  route(
    app,
    {
      at: 'POST /email-verifications/confirm',
      id: 'confirmEmail',
      summary: 'Confirm an e-mail address',
      description:
        'By the `token` of the link, which needs no session, or signed in by the `code`, which works for ten minutes and five tries.',
      tag: 'accounts',
      signedIn: 'if-needed',
      body: Confirmation,
      response: { 204: NoContent },
      errors: ['gone', 'expired', 'taken'],
    },
    async ({ readViewer, body: { token, code }, request }) => {
      if ((token === undefined) === (code === undefined)) {
        throw invalid('token', 'or code must be given, and not both');
      }
      if (token !== undefined) await emails.confirmByToken(token, request.ip);
      else await emails.confirmByCode(await readViewer(), code ?? '', request.ip);
    },
  );
}
