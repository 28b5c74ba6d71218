import type { Language } from '../languages/language.ts';

/** The name of a letter in `Language`. */
export type LetterKind = Exclude<keyof Language, 'words'>;

/** What a template of a letter may contain. */
export type LetterRule = {
  kind: LetterKind;
  /** Placeholders that stand for text: `{username}`. */
  facts: readonly string[];
  /** Which of those must be there. */
  required: readonly string[];
  /** Which of those may be nothing; a paragraph that names one is left out then. */
  optional: readonly string[];
  /** Whether it needs a `{link: Label}`, and may have a `{code: Label}`. */
  hasLink: boolean;
  hasCode: boolean;
};

const plain = { required: [], optional: [], hasLink: false, hasCode: false };

/** Every letter, by the name of its file. */
export const letterRules: Readonly<Record<string, LetterRule>> = {
  'verify-email': {
    ...plain,
    kind: 'verifyEmail',
    facts: ['username', 'hours', 'codeMinutes'],
    hasLink: true,
    hasCode: true,
  },
  'recover-password': {
    ...plain,
    kind: 'recoverPassword',
    facts: ['username', 'hours', 'minutes'],
    hasLink: true,
  },
  'email-in-use': { ...plain, kind: 'emailInUse', facts: [] },
  changed: { ...plain, kind: 'changed', facts: ['username', 'what'], required: ['what'] },
  'email-change-asked': { ...plain, kind: 'emailChangeAsked', facts: ['username', 'hours'] },
  'content-removed': {
    ...plain,
    kind: 'contentRemoved',
    facts: ['username', 'what', 'excerpt', 'reason'],
    required: ['reason'],
    optional: ['excerpt'],
  },
  'email-replaced': { ...plain, kind: 'emailReplaced', facts: ['username'] },
  'backup-failed': {
    ...plain,
    kind: 'backupFailed',
    facts: ['username', 'time', 'reason'],
    required: ['reason'],
  },
};
