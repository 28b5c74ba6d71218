/** How much of an embedded database this process may remember, in bytes. */
export type MemoryBudget = Readonly<Record<keyof typeof shares, number>>;

/** Who gets how much, together 1: by what it takes to hold the same people's pages. */
const shares = {
  posts: 0.4,
  media: 0.26,
  authors: 0.04,
  feeds: 0.12,
  profiles: 0.06,
  likes: 0.05,
  follows: 0.02,
  sessions: 0.03,
  relations: 0.02,
};

/** Enough for tests, and for whoever opens a service by itself. */
const defaultBytes = 64 * 1024 * 1024;

/** Divides up what may be remembered. */
export function memoryBudget(bytes: number = defaultBytes): MemoryBudget {
  const entries = Object.entries(shares).map(([name, share]) => [name, Math.floor(bytes * share)]);
  return Object.fromEntries(entries) as MemoryBudget;
}
