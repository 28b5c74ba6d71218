import { domainToASCII } from 'node:url';
import { DomainError, invalid } from '../errors.ts';
import { checkLine, lengthOf } from '../text.ts';
import { isCommonPassword } from './common-passwords.ts';

export type Role = 'user' | 'moderator' | 'admin';

/** Who may do more has the higher one. */
export const roleRanks: Record<Role, number> = { user: 0, moderator: 1, admin: 2 };

/** An account as others see it beside a post or in a list. */
export type AccountCard = {
  id: number;
  username: string;
  displayName: string;
  avatar: Avatar | null;
};

export type Avatar = { publicKey: string; blurhash: string | null };

/** An account's page. */
export type Profile = AccountCard & {
  bio: string;
  postCount: number;
  followerCount: number;
  followingCount: number;
  createdAt: string;
  /** Null when nobody is signed in, or the profile is the viewer's own. */
  followedByMe: boolean | null;
  /** Null as `followedByMe`. */
  blockedByMe: boolean | null;
};

/** An account as its owner sees it. */
export type OwnAccount = Omit<Profile, 'followedByMe' | 'blockedByMe'> & {
  email: string | null;
  /** When its owner showed that mail reaches them there; null: not yet. */
  emailVerifiedAt: string | null;
  /** Of the mails that the account gets. */
  language: string;
  phone: string | null;
  phoneVerifiedAt: string | null;
  /** False for somebody who has only ever come through a provider. */
  hasPassword: boolean;
  role: Role;
  mediaBytes: number;
};

/** What a password must be like. Lengths are code points. */
export type PasswordRule = { minLength: number; maxLength: number; refusesCommon: boolean };

/** Rookery's own; older contracts promised shorter ones. */
export const strictPasswords: PasswordRule = { minLength: 8, maxLength: 128, refusesCommon: true };

/**
 * The form of a name by which two names are the same: NFKC, lower case, without characters that nobody sees, and the domain of
 * an e-mail as DNS has it.
 */
export function foldName(name: string): string {
  const folded = name
    .normalize('NFKC')
    .replace(/[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu, '')
    .trim()
    .toLowerCase();
  const at = folded.lastIndexOf('@');
  return at < 0 ? folded : `${folded.slice(0, at + 1)}${plainDomain(folded.slice(at + 1))}`;
}

/** `müller.example` → `xn--mller-kva.example`. What is no domain stays as it is. */
function plainDomain(domain: string): string {
  if (!/[^\0-\x7f]/.test(domain) || !/^[\p{L}\p{M}\p{N}.-]+$/u.test(domain)) return domain;
  return domainToASCII(domain) || domain;
}

/** Letters of a display name that can be searched for. */
const searchedLetters = 60;

/** The form in which a display name is searched by its beginning. */
export function searchKey(text: string): string {
  return Array.from(foldName(text)).slice(0, searchedLetters).join('');
}

/** A range of keys: `end` is exclusive. */
export type KeyRange = { start: string; end: string };

/** Above every text that begins with the text it is put after: the last of all characters. */
const lastCharacter = '\u{10ffff}';

/** All keys of names that begin with a text. */
export function keysBeginningWith(start: string): KeyRange {
  return { start, end: start + lastCharacter };
}

/**
 * Lengths are code points. No rules on composition: they make passwords worse (NIST SP 800-63B, 3.1.1.2).
 * @param field what the input is called
 * @throws DomainError `invalid` (the field)
 */
export function checkPassword(
  password: string,
  { username, passwordRule = strictPasswords }: { username: string; passwordRule?: PasswordRule },
  field = 'password',
): void {
  const { minLength, maxLength, refusesCommon } = passwordRule;
  const typed = password.normalize('NFC');
  const length = lengthOf(typed);
  if (length < minLength) throw invalid(field, `must have at least ${minLength} characters`);
  if (length > maxLength) throw invalid(field, `must have at most ${maxLength} characters`);
  if (!refusesCommon) return;
  if (isCommonPassword(typed) || foldName(password) === foldName(username)) {
    throw invalid(field, 'is one of the first that anybody would guess; choose another');
  }
}

/** Words that mean something else in paths that contain a username. */
const reservedUsernames: ReadonlySet<string> = new Set([
  'me',
  'login',
  'register',
  'all',
  'active',
  'admin',
  'root',
  '.',
  '..',
]);

/** Whether a text has the form of a username; no other text is anybody's. */
export function isUsername(text: string): boolean {
  return /^[A-Za-z0-9_.-]{1,30}$/.test(text);
}

/** Whether a text has the form of a username that may be chosen; one of digits alone would be read as an account's number. */
export function isNewUsername(text: string): boolean {
  return isUsername(text) && !isReservedUsername(text) && !isNumber(text);
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text);
}

export function isReservedUsername(username: string): boolean {
  return reservedUsernames.has(foldName(username));
}

/** @throws DomainError `invalid` (username) */
export function checkUsername(username: string): void {
  if (!isUsername(username)) {
    throw invalid('username', 'must be 1 to 30 of the characters A-Z a-z 0-9 _ . -');
  }
  if (isReservedUsername(username)) {
    throw invalid('username', 'is reserved; choose another');
  }
  if (isNumber(username)) {
    throw invalid('username', 'must have a character that is not a digit');
  }
}

/** @throws DomainError `invalid` (displayName) */
export function checkDisplayName(displayName: string): void {
  checkLine('displayName', displayName);
}

/** Folded names are kept in a column of this width; folding makes some letters many. */
const maxNameKeyLength = 254;

/** Whether a free text can be a name of an account. @throws DomainError `invalid` (the field) */
export function checkNameKey(field: 'loginName' | 'email', text: string): void {
  checkLine(field, text);
  const { length } = foldName(text);
  if (length > maxNameKeyLength) throw invalid(field, 'is too long');
}

/** The error for a name that is taken. */
export function nameTaken(field: string): DomainError {
  const message = 'is taken; choose another';
  return new DomainError('taken', `This ${field} ${message}.`, { fields: [{ field, message }] });
}

export function noSuchAccount(): DomainError {
  return new DomainError('not_found', 'There is no such account.');
}

/** For a request of somebody whose account was closed or disabled while it ran. */
export function accountEnded(): DomainError {
  return new DomainError('revoked_token', 'This account is closed or disabled.');
}
