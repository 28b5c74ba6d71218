/** How many lines of the same reason were left out since the last one; null: this one is left out, too. */
export type LogLimit = (reason: string) => number | null;

/** More reasons than an outage has; then the oldest is forgotten. */
const maxReasons = 100;

/** Lets one line of each reason through in so many ms, so that an outage fills no disk. */
export function logLimit(everyMs: number): LogLimit {
  const reasons = new Map<string, { since: number; leftOut: number }>();
  return (reason) => {
    const now = performance.now();
    const known = reasons.get(reason);
    if (known && now - known.since < everyMs) {
      known.leftOut += 1;
      return null;
    }
    reasons.delete(reason);
    if (reasons.size >= maxReasons) reasons.delete([...reasons.keys()][0] ?? '');
    reasons.set(reason, { since: now, leftOut: 0 });
    return known?.leftOut ?? 0;
  };
}
