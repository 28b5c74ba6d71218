/** Length in code points: what a person counts as characters, but for combined ones. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** Whether every engine can keep a text: no NUL, no half of a surrogate pair. */
export function isKeepable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}
