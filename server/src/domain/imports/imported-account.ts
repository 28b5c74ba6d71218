import { checkDisplayName, checkUsername, foldName, type Role } from '../accounts/account.ts';
import { phoneNumber } from '../accounts/phone-number.ts';
import { DomainError, invalid } from '../errors.ts';
import { checkLine, lengthOf } from '../text.ts';

/** An account as another system knew it. */
export type ImportedAccount = {
  username: string | null;
  email: string | null;
  emailVerified: boolean;
  /** Free text that an older system let somebody register with. */
  loginName: string | null;
  displayName: string | null;
  bio: string;
  /** As the other system kept it. */
  passwordHash: string | null;
  role: Role;
  /** UTC, with milliseconds. */
  createdAt: string | null;
  /** In E.164 form. */
  phone: string | null;
  phoneVerified: boolean;
};

type Rules = {
  /** Whether a hash can be checked here. */
  isKnownHash: (hash: string) => boolean;
  now: Date;
};

const fields = new Set([
  'username',
  'email',
  'emailVerified',
  'loginName',
  'displayName',
  'bio',
  'passwordHash',
  'role',
  'createdAt',
  'phone',
  'phoneVerified',
]);

const maxHashLength = 255;
/** The maximum length of a folded name in the database. */
const maxKeyLength = 254;

/**
 * Reads one line of an import.
 * @throws DomainError `malformed` (no JSON object) · `invalid` (a field; its message says what to do)
 */
export function importedAccount(line: string, { isKnownHash, now }: Rules): ImportedAccount {
  const given = objectIn(line);
  for (const field of given.keys()) {
    if (!fields.has(field)) {
      throw invalid(
        field,
        `is no field of an account; remove it (known: ${[...fields].join(', ')})`,
      );
    }
  }
  const account: ImportedAccount = {
    username: textIn(given, 'username', 100),
    email: textIn(given, 'email', 254),
    emailVerified: flagIn(given, 'emailVerified'),
    loginName: textIn(given, 'loginName', 128),
    displayName: textIn(given, 'displayName', 50),
    bio: textIn(given, 'bio', 2000) ?? '',
    passwordHash: textIn(given, 'passwordHash', maxHashLength),
    role: roleIn(given),
    createdAt: timeIn(given, now),
    phone: phoneIn(given),
    phoneVerified: flagIn(given, 'phoneVerified'),
  };
  checkNames(account);
  checkProofs(account);
  if (account.passwordHash !== null && !isKnownHash(account.passwordHash)) {
    throw invalid(
      'passwordHash',
      'is of no form that can be checked here, or too costly; docs/operations/import.md lists them. Without it the owner sets a password by mail',
    );
  }
  return account;
}

type Given = ReadonlyMap<string, unknown>;

/** Null counts as left out. */
function objectIn(line: string): Given {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    value = undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new DomainError(
      'malformed',
      'The line is not a JSON object. Write one account per line.',
    );
  }
  return new Map(Object.entries(value).filter(([, v]) => v !== null));
}

function textIn(given: Given, field: string, maxLength: number): string | null {
  const value = given.get(field);
  if (value === undefined) return null;
  if (typeof value !== 'string' || value.trim() === '') {
    throw invalid(field, 'must be text with something in it, or be left out');
  }
  // Line breaks have a place in a biography alone.
  const inner = field === 'bio' ? value.replace(/[\r\n\t]/g, '') : value;
  if (/\p{Cc}/u.test(inner) || !value.isWellFormed()) {
    throw invalid(field, 'has characters that are no text; remove them');
  }
  if (lengthOf(value) > maxLength)
    throw invalid(field, `must have at most ${maxLength} characters`);
  return value;
}

function flagIn(given: Given, field: string): boolean {
  const value = given.get(field) ?? false;
  if (typeof value !== 'boolean') throw invalid(field, 'must be true or false, without quotes');
  return value;
}

function roleIn(given: Given): Role {
  const value = given.get('role') ?? 'user';
  if (value === 'user' || value === 'moderator' || value === 'admin') return value;
  throw invalid('role', 'must be user, moderator or admin');
}

function timeIn(given: Given, now: Date): string | null {
  const text = textIn(given, 'createdAt', 40);
  if (text === null) return null;
  const form = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/;
  const time = form.test(text) ? new Date(text) : null;
  if (!time || Number.isNaN(time.getTime()) || time > now || time.getUTCFullYear() < 1970) {
    throw invalid(
      'createdAt',
      'must be a time in the past with its zone, such as 2019-04-01T12:00:00Z',
    );
  }
  return time.toISOString();
}

function phoneIn(given: Given): string | null {
  const text = textIn(given, 'phone', 40);
  return text === null ? null : phoneNumber(text);
}

function checkNames({ username, email, loginName, displayName }: ImportedAccount): void {
  if (username === null && email === null && loginName === null) {
    throw invalid(
      'username',
      'is missing, and so are email and loginName: give one of them to sign in with',
    );
  }
  if (username !== null) checkUsername(username);
  if (email !== null && !/^[^\s@<>()[\],;:\\"]+@[^\s@<>()[\],;:\\"]+\.[^\s@.]+$/.test(email)) {
    throw invalid('email', 'is no e-mail address; correct it, or keep the text as loginName');
  }
  for (const [field, name] of Object.entries({ email, loginName })) {
    if (name === null) continue;
    checkLine(field, name);
    if (foldName(name).length > maxKeyLength) throw invalid(field, 'is too long');
  }
  if (displayName !== null) checkDisplayName(displayName);
}

/** What was verified must be there. */
function checkProofs({ email, emailVerified, phone, phoneVerified }: ImportedAccount): void {
  if (emailVerified && email === null) {
    throw invalid('emailVerified', 'is true without an email; add the email, or remove it');
  }
  if (phoneVerified && phone === null) {
    throw invalid('phoneVerified', 'is true without a phone; add the phone, or remove it');
  }
}
