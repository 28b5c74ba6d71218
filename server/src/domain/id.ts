/** The largest id of a row: every engine keeps ids in 32 signed bits, and refuses to look for a larger one. */
export const maxId = 2 ** 31 - 1;

/** The id that a text is, in digits; null when it is none that a row could have. */
export function idIn(text: string): number | null {
  return /^[1-9]\d{0,9}$/.test(text) && Number(text) <= maxId ? Number(text) : null;
}
