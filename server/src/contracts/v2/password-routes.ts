import { Type } from 'typebox';
import { Accepted, email, NoContent, newPassword, oneTimeToken, password } from './fields.ts';
import { route, type V2App } from './route.ts';

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

export function passwordRoutes(app: V2App): void {
  const { passwords } = app.services;

  route(
    app,
    {
      at: 'PUT /me/password',
      id: 'changePassword',
      summary: 'Change your password',
      description:
        'Ends your other sessions. An account that has no password yet gets its first one within ten minutes after signing in.',
      tag: 'accounts',
      signedIn: 'required',
      body: PasswordChange,
      response: { 204: NoContent },
      errors: ['wrong_password', 'forbidden'],
    },
    ({ viewer, body: { oldPassword, newPassword }, request }) =>
      passwords.change(viewer, { oldPassword, newPassword, address: request.ip }),
  );

  route(
    app,
    {
      at: 'POST /password-recoveries',
      id: 'askPasswordRecovery',
      summary: 'Have a mail sent that lets you choose a new password',
      description: 'Answers the same whether anybody has the address or not.',
      tag: 'accounts',
      signedIn: 'none',
      body: RecoveryBody,
      response: { 202: Accepted },
    },
    ({ body, request }) => passwords.askRecovery(body.email, request.ip),
  );

  route(
    app,
    {
      at: 'POST /password-recoveries/confirm',
      id: 'recoverPassword',
      summary: 'Choose a new password by the link of a mail',
      description:
        'The token works once, for half an hour. All sessions end, and the e-mail counts as confirmed.',
      tag: 'accounts',
      signedIn: 'none',
      body: NewPasswordBody,
      response: { 204: NoContent },
      errors: ['gone', 'expired'],
    },
    ({ body, request }) => {
      const { token, password, removeNewLogins: removesNewLogins = false } = body;
      return passwords.recover({ token, password, address: request.ip, removesNewLogins });
    },
  );
}
