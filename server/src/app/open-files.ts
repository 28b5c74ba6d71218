import { readdir, readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { secondMs } from '../domain/durations.ts';

/** Below this, a few thousand clients are too many: each connection is an open file. */
const fewFiles = 4096;
const intervalMs = 30 * secondMs;
/** From this share on, the limit is near. */
const manyOfAll = 0.9;

/** How many files and connections this process may have open; null where the system does not say. */
export async function openFileLimit(): Promise<number | null> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const [, soft] = /^Max open files\s+(\d+)/m.exec(limits) ?? [];
  return soft === undefined ? null : Number(soft);
}

/** What to do about a limit that is too low; null when it is high enough. */
export function fewFilesNotice(limit: number | null): string | null {
  if (limit === null || limit >= fewFiles) return null;
  return `This process may have only ${limit} files and connections open. Raise the limit: LimitNOFILE=65536 in systemd, ulimit -n 65536 in a shell.`;
}

/**
 * Warns at once when the limit is low, and later while it is nearly reached. Beyond it, the system refuses new connections
 * and tells nobody.
 * @returns what ends it
 */
export function watchOpenFiles(log: Logger): () => void {
  const timer = setInterval(() => void look(), intervalMs).unref();
  let limit: number | null = null;

  async function begin(): Promise<void> {
    limit = await openFileLimit();
    const notice = fewFilesNotice(limit);
    if (notice !== null) log.warn(notice);
  }

  async function look(): Promise<void> {
    if (limit === null) return;
    const open = await readdir('/proc/self/fd').then(
      ({ length }) => length,
      () => limit ?? 0,
    );
    if (open > limit * manyOfAll) log.warn({ open, limit }, 'almost no more files can be opened');
  }

  void begin();
  return () => clearInterval(timer);
}
