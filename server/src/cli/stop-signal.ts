import { once } from 'node:events';

/** Resolves at SIGTERM or SIGINT; a second one ends the process at once. */
export async function stopSignal(): Promise<void> {
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
}
