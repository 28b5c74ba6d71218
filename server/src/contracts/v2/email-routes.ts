import { Type } from 'typebox';
import { invalid } from '../../domain/errors.ts';
import type { ContractApp, RouteContext } from '../contract.ts';
import { Accepted, email, NoContent, oneTimeToken } from './fields.ts';
import { operation } from './operation.ts';
import { ownerErrors, ownerProof, ownerProofIn } from './owner-proof-wire.ts';

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
      Type.String({ pattern: '^[0-9]{6}$', description: 'Of the mail, by whoever is signed in.' }),
    ),
  },
  { additionalProperties: false, examples: [{ code: '493027' }] },
);

export function emailRoutes(app: ContractApp, { services, viewer }: RouteContext): void {
  const { emails } = services;

  app.post(
    '/me/email',
    {
      schema: operation({
        id: 'changeEmail',
        summary: 'Change your e-mail address',
        description:
          'Sends a mail to the new address; the account keeps the old one until that is confirmed. The old one is told, if it was confirmed. The answer does not tell whether somebody else has the address: the mail does, to its owner. The link ends with the session that asked for it, and with any change of the password or of the second factor.',
        tag: 'accounts',
        errors: ownerErrors,
        signedIn: 'required',
        body: EmailChange,
        response: { 202: Accepted },
      }),
    },
    async (request, reply) => {
      const who = await viewer(request);
      await emails.change(who, { email: request.body.email, ...ownerProofIn(request) });
      return reply.code(202).send();
    },
  );

  app.post(
    '/email-verifications',
    {
      schema: operation({
        id: 'sendEmailVerification',
        summary: 'Have the mail sent again that confirms your address',
        description: 'The one before works no more.',
        tag: 'accounts',
        errors: ['conflict'],
        signedIn: 'required',
        response: { 202: Accepted },
      }),
    },
    async (request, reply) => {
      await emails.sendAgain(await viewer(request), request.ip);
      return reply.code(202).send();
    },
  );

  app.post(
    '/email-verifications/confirm',
    {
      schema: operation({
        id: 'confirmEmail',
        summary: 'Confirm an e-mail address',
        description:
          'By the `token` of the link, which needs no session, or signed in by the `code`, which works for ten minutes and five tries.',
        tag: 'accounts',
        errors: ['invalid', 'gone', 'expired', 'taken', 'unsupported', 'too_large'],
        signedIn: 'optional',
        body: Confirmation,
        response: { 204: NoContent },
      }),
    },
    async (request, reply) => {
      const { token, code } = request.body;
      if ((token === undefined) === (code === undefined)) {
        throw invalid('token', 'or code must be given, and not both');
      }
      if (token !== undefined) await emails.confirmByToken(token, request.ip);
      else await emails.confirmByCode(await viewer(request), code ?? '', request.ip);
      return reply.code(204).send();
    },
  );
}
