import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, copyFile, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LargeSetSize } from '../src/app/seed/large-set-plan.ts';
import { runChild } from './processes.ts';

const root = join(import.meta.dirname, '..', '..');
const benchFolder = join(root, 'data', 'bench');
/** Whatever shapes the set: a change to any of these files makes a new one. */
const shapedBy = ['server/src/app/seed', 'server/src/db/migrations'];

export const mainFile = join(root, 'server', 'src', 'main.ts');

/** Makes the large set of a size once, and keeps it. Returns its data folder. */
export async function cachedSet(size: LargeSetSize, say: (line: string) => void): Promise<string> {
  const name = `${size.users}-${size.posts}-${size.follows}-${size.likes}-${await fingerprint()}`;
  const folder = join(benchFolder, name);
  if (await isThere(folder)) return folder;
  say(`Seeding ${folder}; this is done once.`);
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  const numbers = Object.entries(size).flatMap(([option, n]) => [`--${option}`, String(n)]);
  await runChild([mainFile, 'seed', ...numbers], { DATA_DIR: unfinished, DATABASE_URL: '' });
  await rename(unfinished, folder);
  return folder;
}

/**
 * Copies the database of a set to a new data folder that a run may change. The photos' files stay behind: no load
 * fetches them.
 */
export async function copySet(folder: string): Promise<string> {
  const copy = join(benchFolder, `run-${process.pid}`);
  await mkdir(copy, { recursive: true });
  const file = 'rookery.sqlite';
  await copyFile(join(folder, file), join(copy, file), constants.COPYFILE_FICLONE);
  return copy;
}

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of shapedBy) {
    for (const file of (await readdir(join(root, folder))).sort()) {
      hash.update(await readFile(join(root, folder, file)));
    }
  }
  return hash.digest('hex').slice(0, 8);
}

async function isThere(path: string): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true });
  return access(path).then(
    () => true,
    () => false,
  );
}
