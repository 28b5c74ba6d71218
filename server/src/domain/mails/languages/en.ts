import type { AccountChange } from '../../events.ts';
import type { Language } from './language.ts';

const changes: Record<AccountChange, string> = {
  password: 'password',
  email: 'e-mail address',
  phone: 'phone number',
  identity: 'linked logins',
  'second-factor': 'second factor',
};

/** Two of them are several. */
const wasChanged: Record<AccountChange, string> = {
  password: 'was changed',
  email: 'was changed',
  phone: 'was changed',
  identity: 'were changed',
  'second-factor': 'was changed',
};

export const english: Language = {
  words: { ...changes, post: 'post', picture: 'picture' },

  verifyEmail: ({ username, link, hours, isRepeatable, code, codeMinutes }) => ({
    subject: 'Confirm your e-mail address',
    before: [`Hi ${username},`, 'Please confirm that this is your e-mail address.'],
    link: { label: 'Confirm address', address: link },
    ...(code === null
      ? {}
      : {
          code: {
            label: `Or type this code in the app within ${codeMinutes} minutes`,
            digits: code,
          },
        }),
    after: [
      isRepeatable
        ? `The link works for ${hours} hours.`
        : `The link works once, for ${hours} hours.`,
      'Didn’t ask for this? Then you can ignore this mail. Nothing happens without you.',
    ],
  }),

  recoverPassword: ({ username, link, hours }) => ({
    subject: 'Choose a new password',
    before: [`Hi ${username},`, 'Forgot your password? No problem. Choose a new one here.'],
    link: { label: 'Choose a new password', address: link },
    after: [
      `The link works once, for ${timeOf(hours)}. You will be signed out everywhere.`,
      'Didn’t ask for this? Then you can ignore this mail. Your password stays the same.',
    ],
  }),

  emailInUse: () => ({
    subject: 'You already have an account',
    before: [
      'Hi,',
      'Someone tried to use this e-mail address for an account. You already have an account with it, so nothing was changed.',
    ],
    after: [
      'If it was you, sign in to your account, or reset its password. If not, you can ignore this mail.',
    ],
  }),

  changed: ({ username, what }) => ({
    subject: `Your ${changes[what]} ${wasChanged[what]}`,
    before: [`Hi ${username},`, `Your ${changes[what]} ${wasChanged[what]}.`],
    after: [
      'If this was you, all is well.',
      'If not, reset your password right away, and sign out the devices that you do not recognize.',
    ],
  }),

  emailChangeAsked: ({ username, hours }) => ({
    subject: 'Someone asked to change your e-mail address',
    before: [
      `Hi ${username},`,
      `Someone, hopefully you, asked to change the e-mail address of your account. We sent a link to the new address. Nothing changes until it is opened. It works for ${hours} hours.`,
    ],
    after: [
      'If this was you, there is nothing to do here.',
      'If not, change your password now. Then the link no longer works.',
    ],
  }),

  contentRemoved: ({ username, what, excerpt, reason }) => ({
    subject: `Your ${what} was removed`,
    before: [
      `Hi ${username},`,
      `A moderator removed a ${what} of yours.`,
      ...(excerpt === '' ? [] : [`It was: “${excerpt}”`]),
      `The reason: ${reason}`,
    ],
    after: ['Do you think this is a mistake? Then write to the people who run this server.'],
  }),

  emailReplaced: ({ username }) => ({
    subject: 'Your account has a new e-mail address',
    before: [
      `Hi ${username},`,
      'Your account now has another e-mail address. This is the last mail to this one.',
    ],
    after: [
      'If this was not you, write to the people who run this server. They can give you your account back.',
    ],
  }),

  backupFailed: ({ username, time, reason }) => ({
    subject: 'The backup of your server failed',
    before: [
      `Hello ${username},`,
      `the backup of ${time} could not be made. The server said:`,
      reason,
    ],
    after: [
      'It is retried for half an hour. After that, please check the server: ./rookery doctor and ./rookery backup list show what is wrong.',
    ],
  }),
};

function timeOf(hours: number): string {
  return hours < 2 ? `${Math.round(hours * 60)} minutes` : `${hours} hours`;
}
