import { once } from 'node:events';

/** Resolves at SIGTERM or SIGINT; a second one of either ends the process at once. */
export async function stopSignal(): Promise<void> {
  const other = new AbortController();
  const signals = ['SIGTERM', 'SIGINT'].map((name) => once(process, name, other));
  await Promise.race(signals);
  other.abort();
  await Promise.allSettled(signals);
}
