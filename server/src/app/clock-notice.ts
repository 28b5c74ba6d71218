import { minuteMs } from '../domain/durations.ts';
import { timeOfKey } from '../domain/paging.ts';

/** Clocks of several machines differ by less. */
const toleratedMs = 5 * minuteMs;

/** What to say of a clock that is behind the newest row by a lot; null when it is not. */
export function clockNotice(newestKey: number, now: Date): string | null {
  const behindMs = timeOfKey(newestKey).getTime() - now.getTime();
  if (newestKey === 0 || behindMs < toleratedMs) return null;
  const minutes = Math.round(behindMs / minuteMs);
  return `The clock of this machine is ${minutes} minutes behind the newest row of the database. Set it (NTP): tokens, links and time limits depend on it. New posts are listed above older ones nevertheless.`;
}
