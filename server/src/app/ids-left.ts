import type { IdUse } from '../db/ids.ts';
import { maxId } from '../domain/id.ts';

/** Tables whose ids older clients keep in 32 signed bits. */
export const tablesWithShortIds = ['accounts', 'posts', 'media'] as const;

/** From here on it is time to plan: to close the older contracts, whose clients hold 32 bits, and widen the ids. */
const warnFrom = 0.8;

/**
 * How much of the ids of the fullest table is used, for people.
 * @throws Error when a table has used most of its ids
 */
export function idsLeft(uses: readonly IdUse[]): string {
  const [fullest] = uses;
  if (!fullest) return 'none used yet';
  const { table, used } = fullest;
  const percent = Math.floor((100 * used) / maxId);
  if (used < warnFrom * maxId) return `at most ${percent} % of them used (${table})`;
  throw new Error(
    `${percent} % of the ids of ${table} are used. Older clients hold ids up to ${maxId}; before they run out, turn the older contracts off and upgrade to a version with longer ids.`,
  );
}
