import type { Language } from '../languages/language.ts';
import type { Letter } from '../letter.ts';
import type { LetterKind } from './letter-kinds.ts';

const username = 'alice';
const link =
  'https://photos.example.com/verify-email?lang=en#token=12.5e884898da28047151d0e56f8dc62927';

const samples: Record<LetterKind, (language: Language) => Letter> = {
  verifyEmail: (language) =>
    language.verifyEmail({
      username,
      link,
      hours: 24,
      isRepeatable: false,
      code: '123456',
      codeMinutes: 10,
    }),
  recoverPassword: (language) => language.recoverPassword({ username, link, hours: 1 }),
  emailInUse: (language) => language.emailInUse(),
  changed: (language) => language.changed({ username, what: 'password' }),
  emailChangeAsked: (language) => language.emailChangeAsked({ username, hours: 24 }),
  contentRemoved: (language) =>
    language.contentRemoved({
      username,
      what: 'post',
      excerpt: 'Buy two, <b>pay</b> one',
      reason: 'Advertising.',
    }),
  emailReplaced: (language) => language.emailReplaced({ username }),
  backupFailed: (language) =>
    language.backupFailed({
      username,
      time: '2026-06-01T03:30:00.000Z',
      reason: 'The disk is full.',
    }),
};

/** A letter with data that nobody has. */
export function sampleLetter(language: Language, kind: LetterKind): Letter {
  return samples[kind](language);
}
