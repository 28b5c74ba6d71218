/** Counts within time windows; a count is forgotten when its window ends. */
export type Counters = {
  /** Adds to a count (negative: takes back) and returns it with the time until it is forgotten. */
  add(key: string, amount: number, windowMs: number): Promise<{ count: number; resetMs: number }>;
  clear(key: string): Promise<void>;
};
