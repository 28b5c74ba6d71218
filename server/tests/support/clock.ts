/** A clock that stands until it is told to go on. */
export type Clock = { now: () => Date; advance(ms: number): void };

/** It is noon on 1 June 2026, UTC. */
export function stoppedClock(): Clock {
  let time = Date.UTC(2026, 5, 1, 12);
  return {
    now: () => new Date(time),
    advance(ms) {
      time += ms;
    },
  };
}
