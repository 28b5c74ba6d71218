/** Length in code points: what a person counts as characters, but for combined ones. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}
