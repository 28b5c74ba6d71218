import { invalid } from '../errors.ts';

/** What people write between digits: spaces, dashes of every kind, brackets, dots, strokes. */
const separators = /[\s\p{Pd}().·/]/gu;

/**
 * A phone number in E.164 form: `+` and 8 to 15 digits.
 * @param countryCode for clients that give it apart (`+598` or `598`); a number that begins with `+` has its own
 * @throws DomainError `invalid` (phone)
 */
export function phoneNumber(text: string, countryCode = ''): string {
  const digits = text.normalize('NFKC').replace(separators, '').replace(/^00/, '+');
  const code = countryCode
    .normalize('NFKC')
    .replace(separators, '')
    .replace(/^(\+|00)/, '');
  const number = digits.startsWith('+') || code === '' ? digits : `+${code}${withoutTrunk(digits)}`;
  if (!/^\+[1-9][0-9]{7,14}$/.test(number)) {
    throw invalid('phone', 'must be a number with its country code, such as +598 98 765 432');
  }
  return number;
}

/** The number that a text reads as, in E.164 form; null when it is none, or lacks its country code. */
export function phoneNumberIn(text: string): string | null {
  try {
    return phoneNumber(text);
  } catch {
    return null;
  }
}

/** The 0 that is dialled within a country and left out from abroad. */
function withoutTrunk(digits: string): string {
  return digits.replace(/^0/, '');
}

/** Calling codes have one, two or three digits; ITU-T E.164 says which. */
const callingCode =
  /^\+(?:[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[1-9][0-9]{2})/;

/** The calling code of a number, `+598`; countries that share one count as one. */
export function callingCodeOf(number: string): string {
  return callingCode.exec(number)?.[0] ?? '';
}

/** What may be logged of a number: enough to tell two apart, too little to call. */
export function maskedNumber(number: string): string {
  return `${callingCodeOf(number)}…${number.slice(-2)}`;
}
