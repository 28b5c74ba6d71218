import { timingSafeEqual } from 'node:crypto';

/** Whether two secrets are the same text, in a time that does not tell where they differ. */
export function isEqualSecret(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
