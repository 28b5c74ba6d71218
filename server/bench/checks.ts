import type { WireResponse } from './connection.ts';

/** How often a text occurs; parsing every page would cost the client more than the server spends on making it. */
export function countOf(body: Buffer, text: string): number {
  let count = 0;
  for (let at = body.indexOf(text); at >= 0; at = body.indexOf(text, at + text.length)) count += 1;
  return count;
}

/** What is wrong with a page of posts; null when all items are there, each with author, media and likes. */
export function pageFault(
  { status, body }: WireResponse,
  expected: { items: number; photos?: number },
): string | null {
  if (status !== 200) return 'status is not 200';
  const { items, photos } = expected;
  for (const part of ['"likeCount":', '"author":{"id":', '"likedByMe":', '"media":[']) {
    const count = countOf(body, part);
    if (count !== items) return `${count} of ${part} instead of ${items}`;
  }
  const seen = countOf(body, '"size":"large"');
  if (photos !== undefined && seen !== photos) return `${seen} photos instead of ${photos}`;
  return null;
}

/** What is wrong with a small answer; null when its status and all these parts are right. */
export function partsFault(
  { status, body }: WireResponse,
  expected: { status: number; parts: readonly string[] },
): string | null {
  if (status !== expected.status) return `status is not ${expected.status}`;
  const missing = expected.parts.find((part) => !body.includes(part));
  return missing === undefined ? null : `${missing} is missing`;
}
