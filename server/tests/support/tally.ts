import type { Answer } from './server.ts';

/** How many answers had each status. */
export function tallyOf(answers: readonly Pick<Answer, 'status'>[]): Record<number, number> {
  const tally: Record<number, number> = {};
  for (const { status } of answers) tally[status] = (tally[status] ?? 0) + 1;
  return tally;
}
