import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';

/** How much memory this process may use: its heap has a limit, and a container may have one. */
export function usableBytes(): number {
  const constrained = process.constrainedMemory();
  // Without a limit, a number larger than any memory, or 0.
  const machine = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.min(machine, getHeapStatistics().heap_size_limit);
}
