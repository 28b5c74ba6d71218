import { invalid } from './errors.ts';

/** Length in code points: what a person counts as characters, but for combined ones. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** Whether every engine can keep a text: no NUL, no half of a surrogate pair. */
export function isKeepable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/**
 * Anything but blanks, controls and what Unicode calls ignorable: zero-width characters, fillers, variation selectors, tags.
 * U+2800 is a braille cell without dots, U+1D159 a note without a head: letters by their class, and yet empty.
 */
const visible =
  /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Noncharacter_Code_Point}\u2800\u{1D159}]/u;

/** Whether a text has no character that can be seen. */
export function isBlank(text: string): boolean {
  return !visible.test(text);
}

const opens = /[\u202a\u202b\u2066-\u2068]/;

/**
 * Checks a text that is shown in one line with others, such as a name.
 * @throws DomainError `invalid` (the field)
 */
export function checkLine(field: string, text: string): void {
  const problem = lineProblem(text);
  if (problem) throw invalid(field, problem);
}

function lineProblem(text: string): string | null {
  if (!text.isWellFormed()) return 'must not have broken Unicode';
  if (isBlank(text)) return 'must have a visible character';
  if (/[\p{Cc}\u2028\u2029]/u.test(text)) return 'must be one line without control characters';
  if (!isDirectionKept(text)) return 'must not change the direction of the text after it';
  return null;
}

/** Overrides are refused; embeddings and isolates must end within the text (UAX #9). Marks such as U+200F are fine. */
function isDirectionKept(text: string): boolean {
  const open: string[] = [];
  for (const [sign] of text.matchAll(/[\u202a-\u202e\u2066-\u2069]/g)) {
    if (sign === '\u202d' || sign === '\u202e') return false;
    if (opens.test(sign)) open.push(sign < '\u2066' ? '\u202c' : '\u2069');
    else if (open.pop() !== sign) return false;
  }
  return open.length === 0;
}
