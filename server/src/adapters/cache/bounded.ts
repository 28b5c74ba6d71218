type Bound = { maxSize: number; sizeCalculation: () => number };

/**
 * Of an `LRUCache` with at most so many entries, which takes room as they come. With `max` it takes the room of all of them at once:
 * ten milliseconds for 100,000, in every process and every test.
 */
export function atMost(entries: number): Bound {
  return { maxSize: entries, sizeCalculation: () => 1 };
}
