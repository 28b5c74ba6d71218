import { existsSync } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BackupError } from './backup-error.ts';

const asidePrefix = 'before-restore-';
/** What SQLite keeps beside a database: rows that are not in the file itself yet. */
const companions = ['-wal', '-shm'];

export type Replacement = { from: string; to: string };

/**
 * Puts new files in the place of old ones, which stay in a folder beside them. The database is switched last, by one rename: a
 * process that is killed leaves the old state or the new one.
 * @param replaced the database's file
 * @returns the folder with the old files; null when there was no database
 */
export async function switchFiles(
  replaced: Replacement,
  others: readonly Replacement[],
  now: Date,
): Promise<string | null> {
  const folder = dirname(replaced.to);
  const hadDatabase = existsSync(replaced.to);
  const names = [replaced.to, ...companions.map((end) => replaced.to + end)];
  const old = [...names, ...others.map(({ to }) => to)].filter((path) => existsSync(path));
  const aside = join(folder, `${asidePrefix}${now.toISOString().replace(/[-:]|\.\d+/g, '')}`);
  if (old.length > 0) {
    await mkdir(aside, { recursive: true, mode: 0o700 });
    for (const path of old) {
      await rm(join(aside, basename(path)), { force: true });
      await link(path, join(aside, basename(path)));
    }
    await syncFile(aside);
  }
  for (const { from, to } of others) await rename(from, to);
  // The rows in them belong to the old file; with the new one they would be damage.
  for (const end of companions) await rm(replaced.to + end, { force: true });
  await syncFile(replaced.from);
  await rename(replaced.from, replaced.to);
  await syncFile(folder);
  return hadDatabase ? aside : null;
}

/** The latest folder with old files beside a database. @throws BackupError when there is none */
export async function findAside(databaseFile: string): Promise<string> {
  const folder = dirname(databaseFile);
  const names = (await readdir(folder).catch(() => []))
    .filter((name) => name.startsWith(asidePrefix))
    .filter((name) => existsSync(join(folder, name, basename(databaseFile))));
  const latest = names.sort().at(-1);
  if (latest !== undefined) return join(folder, latest);
  throw new BackupError(`${folder} has no state from before a restore.`);
}

/** Folders, too: their names are on the disk then. */
async function syncFile(path: string): Promise<void> {
  const file = await open(path);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
