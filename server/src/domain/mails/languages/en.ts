import type { AccountChange } from '../../events.ts';
import type { Language } from './language.ts';

const changes: Record<AccountChange, string> = {
  password: 'The password',
  email: 'The e-mail address',
  phone: 'The phone number',
  identity: 'A login through another service',
  'second-factor': 'The second factor',
};

const notYou =
  'If it was not you, recover your password at once, and end the sessions that you do not know.';

export const english: Language = {
  verifyEmail: ({ username, link, hours, isRepeatable, code, codeMinutes }) => ({
    subject: 'Confirm your e-mail address',
    before: [`Hello ${username},`, 'please confirm that this is your e-mail address.'],
    link: { label: 'Confirm the address', address: link },
    ...(code === null
      ? {}
      : {
          code: {
            label: `Or type this code where you are signed in, within ${codeMinutes} minutes`,
            digits: code,
          },
        }),
    after: [
      isRepeatable
        ? `The link works for ${hours} hours.`
        : `The link works once, for ${hours} hours.`,
      'If you did not ask for it, do nothing: without you, nothing happens.',
    ],
  }),

  recoverPassword: ({ username, link, hours }) => ({
    subject: 'Choose a new password',
    before: [
      `Hello ${username},`,
      'somebody, hopefully you, has lost the password of this account.',
    ],
    link: { label: 'Choose a new one', address: link },
    after: [
      `The link works once, for ${timeOf(hours)}. Afterwards you are signed out everywhere.`,
      'If you did not ask for it, do nothing: your password stays as it is.',
    ],
  }),

  emailInUse: () => ({
    subject: 'Somebody wanted to use this e-mail address',
    before: [
      'Hello,',
      'somebody wanted to use this e-mail address for an account. You have an account with it already, so nothing was changed.',
    ],
    after: [
      'If it was you: sign in to the account that you have, or recover its password. Otherwise do nothing.',
    ],
  }),

  changed: ({ username, what }) => ({
    subject: `${changes[what]} of your account was changed`,
    before: [`Hello ${username},`, `${changes[what]} of your account was changed.`],
    after: [notYou],
  }),

  emailChangeAsked: ({ username, hours }) => ({
    subject: 'Another e-mail address was asked for your account',
    before: [
      `Hello ${username},`,
      `somebody, hopefully you, wants to give your account another e-mail address. It stays as it is until the link that was sent there is opened, within ${hours} hours.`,
    ],
    after: [
      'If it was you, there is nothing to do here.',
      'If it was not you, change your password now: that ends the link.',
    ],
  }),

  contentRemoved: ({ username, what, excerpt, reason }) => ({
    subject: `Your ${what} was removed`,
    before: [
      `Hello ${username},`,
      `the moderators of this server removed a ${what} of yours.`,
      ...(excerpt === '' ? [] : [`It was: “${excerpt}”`]),
      `The reason: ${reason}`,
    ],
    after: ['If you think this is a mistake, write to the people who run this server.'],
  }),

  emailReplaced: ({ username }) => ({
    subject: 'Your account has another e-mail address now',
    before: [
      `Hello ${username},`,
      'your account was given another e-mail address. Nothing more will be sent to this one.',
    ],
    after: ['If it was not you, write to those who run this server: they can give it back to you.'],
  }),

  backupFailed: ({ username, time, reason }) => ({
    subject: 'The backup of your server failed',
    before: [
      `Hello ${username},`,
      `the backup of ${time} could not be made. The server said:`,
      reason,
    ],
    after: [
      'It is tried again for half an hour. Then whoever runs the server should look: ./rookery doctor and ./rookery backup list say how things are.',
    ],
  }),
};

function timeOf(hours: number): string {
  return hours < 2 ? `${Math.round(hours * 60)} minutes` : `${hours} hours`;
}
