/** Whose timelines a walk through everybody's posts has filled, and whose not: it is not tried in vain again and again. */
export type TimelineWays = {
  isWalkLikely(viewerId: number): boolean;
  /** Notes that a walk did not fill a page. */
  noteShortWalk(viewerId: number): void;
};

/** By then the viewer may follow others, or the others write more. */
const forgetAfterMs = 10 * 60_000;
const maxViewers = 50_000;

export function timelineWays(now: () => number = Date.now): TimelineWays {
  const shortSince = new Map<number, number>();
  return {
    isWalkLikely: (viewerId) =>
      now() - (shortSince.get(viewerId) ?? Number.NEGATIVE_INFINITY) > forgetAfterMs,
    noteShortWalk(viewerId) {
      if (shortSince.size >= maxViewers) shortSince.clear();
      shortSince.set(viewerId, now());
    },
  };
}
