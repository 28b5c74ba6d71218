import { Type } from 'typebox';
import type { ContractApp, RouteContext } from '../contract.ts';
import { Accepted, email, NoContent, newPassword, oneTimeToken, password } from './fields.ts';
import { operation } from './operation.ts';

const PasswordChange = Type.Object(
  {
    oldPassword: Type.Optional(password('Left out by an account that has none.')),
    newPassword,
  },
  {
    additionalProperties: false,
    examples: [{ oldPassword: 'a long walk at dusk', newPassword: 'a short swim at dawn' }],
  },
);

const RecoveryBody = Type.Object(
  { email },
  { additionalProperties: false, examples: [{ email: 'alice@example.com' }] },
);

const NewPasswordBody = Type.Object(
  {
    token: oneTimeToken('Of the link in the mail.'),
    password: newPassword,
    removeNewLogins: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'True: removes the linked providers and the passkeys that were added since the address was last confirmed by a mail. Where it never was, all of them go anyway.',
      }),
    ),
  },
  {
    additionalProperties: false,
    examples: [{ token: '12.5e884898da28047151d0e56f8dc62927', password: 'a short swim at dawn' }],
  },
);

export function passwordRoutes(app: ContractApp, { services, viewer }: RouteContext): void {
  const { passwords } = services;

  app.put(
    '/me/password',
    {
      schema: operation({
        id: 'changePassword',
        summary: 'Change your password',
        description:
          'Ends your other sessions. An account that has no password yet gets its first one within ten minutes after signing in.',
        tag: 'accounts',
        errors: ['invalid', 'wrong_password', 'forbidden', 'unsupported', 'too_large'],
        signedIn: 'required',
        body: PasswordChange,
        response: { 204: NoContent },
      }),
    },
    async (request, reply) => {
      const who = await viewer(request);
      const { oldPassword, newPassword: to } = request.body;
      await passwords.change(who, { oldPassword, newPassword: to, address: request.ip });
      return reply.code(204).send();
    },
  );

  app.post(
    '/password-recoveries',
    {
      schema: operation({
        id: 'askPasswordRecovery',
        summary: 'Have a mail sent that lets you choose a new password',
        description: 'Answers the same whether anybody has the address or not.',
        tag: 'accounts',
        errors: ['invalid', 'unsupported', 'too_large'],
        body: RecoveryBody,
        response: { 202: Accepted },
      }),
    },
    async (request, reply) => {
      await passwords.askRecovery(request.body.email, request.ip);
      return reply.code(202).send();
    },
  );

  app.post(
    '/password-recoveries/confirm',
    {
      schema: operation({
        id: 'recoverPassword',
        summary: 'Choose a new password by the link of a mail',
        description:
          'The token works once, for half an hour. All sessions end, and the e-mail counts as confirmed.',
        tag: 'accounts',
        errors: ['invalid', 'gone', 'expired', 'unsupported', 'too_large'],
        body: NewPasswordBody,
        response: { 204: NoContent },
      }),
    },
    async (request, reply) => {
      const { token, password: to, removeNewLogins: removesNewLogins = false } = request.body;
      await passwords.recover({ token, password: to, address: request.ip, removesNewLogins });
      return reply.code(204).send();
    },
  );
}
