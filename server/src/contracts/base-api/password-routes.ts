import { lengthOf } from '../../domain/text.ts';
import type { ContractApp, RouteContext } from '../contract.ts';
import { anyPassword } from '../older.ts';
import { tokenFirst } from '../token-first.ts';
import { done, fault, prefix, refusing, refusingField, textsOf } from './wire.ts';

/** No account has a longer one. */
const maxEmail = 254;

const words = {
  noEmail: 'Login/email does not exist, please write a valid login/email',
  expired: 'Password recovery token expired. Please try again.',
  badToken: 'Invalid password recovery token. Please try again.',
  used: 'Invalid reset. Please try again.',
  wrong: 'Invalid password. Please try again.',
};

/** Changing a password, and choosing another by the link of a mail. */
export function passwordRoutes(
  app: ContractApp,
  { services, passwordRuleFor, tokenLives, viewer }: RouteContext,
): void {
  const { accounts, passwords } = services;

  app.post(
    `${prefix}/auth/password_recovery`,
    { schema: { operationId: 'askRecovery', summary: 'Have a recovery link mailed' } },
    async (request) => {
      const { email } = textsOf(request.body, ['email']);
      if (lengthOf(email) > maxEmail) throw fault(404, words.noEmail);
      // First what is limited; who has an account is told, but never quickly.
      await passwords.askRecovery(email, request.ip, tokenLives.passwordMs);
      if (!(await accounts.isEmailTaken(email))) throw fault(404, words.noEmail);
      return done('Successfully sent email with password recovery.');
    },
  );

  app.put(
    `${prefix}/auth/password`,
    { schema: { operationId: 'resetPassword', summary: 'Choose another password by the link' } },
    async (request) => {
      const { token, password } = textsOf(request.body, ['token', 'password']);
      await passwords
        .recover({
          token,
          password,
          address: request.ip,
          passwordRule: passwordRuleFor(anyPassword),
        })
        .catch(refusingField('token', [400, words.badToken]))
        .catch(refusing({ expired: [400, words.expired], gone: [404, words.used] }));
      return done('Successfully reset password.');
    },
  );

  app.put(
    `${prefix}/auth/password_change`,
    {
      schema: { operationId: 'changePassword', summary: 'Change the password' },
      ...tokenFirst(viewer),
    },
    async (request) => {
      const who = await viewer(request);
      const names = ['old_password', 'new_password'] as const;
      const { old_password, new_password } = textsOf(request.body, names);
      await passwords
        .change(who, {
          oldPassword: old_password,
          newPassword: new_password,
          address: request.ip,
          passwordRule: passwordRuleFor(anyPassword),
          ends: 'all',
        })
        // Somebody who came through a provider has none that could be right.
        .catch(refusingField('oldPassword', [400, words.wrong]));
      return done('Successfully changed password.');
    },
  );
}
