import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isMissing, makeFolder } from './folders.ts';

/** A file, and the path that it is to have. */
export type Move = { from: string; to: string };

/** How many folders are remembered; what is forgotten is synced once more. */
const maxRemembered = 10_000;

/**
 * Gives files their names so that both survive a crash: the bytes are synced, the file is renamed, and then its folder is
 * synced. A folder that is new to this process is safe only when those above it are. Files of one folder share its sync.
 * @param root the folder that contains all of them
 */
export function syncedMoves(root: string): (moves: readonly Move[]) => Promise<void> {
  /** Folders whose own names are safe. */
  const safe = new Set<string>();
  const above = dirname(root);

  async function syncTo(folder: string): Promise<void> {
    // It belongs to others, who may not let it be read.
    if (folder === above) return syncPath(folder).catch(() => {});
    await syncPath(folder);
    if (safe.has(folder)) return;
    await syncTo(dirname(folder));
    if (safe.size >= maxRemembered) safe.clear();
    safe.add(folder);
  }

  return async (moves) => {
    await Promise.all(
      moves.map(async ({ from, to }) => {
        await syncPath(from);
        await moved(from, to, () => safe.delete(dirname(to)));
      }),
    );
    const folders = new Set(moves.map(({ to }) => dirname(to)));
    await Promise.all([...folders].map(syncTo));
  };
}

async function moved(from: string, to: string, onMade: () => void): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!isMissing(error)) throw error;
    await makeFolder(dirname(to));
    onMade();
    await rename(from, to);
  }
}

/** Runs `work` on an open file, and closes it whatever happens. */
export async function withFile(
  file: FileHandle,
  work: (file: FileHandle) => Promise<void>,
): Promise<void> {
  try {
    await work(file);
  } finally {
    await file.close();
  }
}

async function syncPath(path: string): Promise<void> {
  await withFile(await open(path), (file) => file.sync());
}
