import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, copyFile, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LargeSetSize } from '../src/app/seed/large-set-plan.ts';
import { runChild } from './processes.ts';

/** A copy of the large set that one run may change. */
export type RunSet = {
  dataDir: string;
  databaseUrl: string;
  /** The key by which a server signs its tokens. */
  secret: string;
  remove(): Promise<void>;
};

/** A version of the program: this one, or another commit in a folder of its own. */
export type Program = {
  root: string;
  /** Tells the folders and databases of two versions in one run apart; empty for this one. */
  label: string;
};

/** What a set is made for, and where its progress is told. */
export type SetOptions = { size: LargeSetSize; program: Program; say: (line: string) => void };

export const root = join(import.meta.dirname, '..', '..');
export const thisProgram: Program = { root, label: '' };
export const benchFolder = join(root, 'data', 'bench');
/** Whatever shapes the set: a change to any of these files makes a new one. */
const shapedBy = ['server/src/app/seed', 'server/src/db/migrations'];

export function mainFileOf({ root }: Program): string {
  return join(root, 'server', 'src', 'main.ts');
}

/**
 * Makes the large set of a size once, in a file of SQLite, keeps it and copies it for a run. The photos' files stay
 * behind: no load fetches them.
 */
export async function fileSet(options: SetOptions): Promise<RunSet> {
  const folder = await cachedFolder(options);
  const dataDir = await runFolder(options.program);
  const file = 'rookery.sqlite';
  await copyFile(join(folder, file), join(dataDir, file), constants.COPYFILE_FICLONE);
  return {
    dataDir,
    databaseUrl: `sqlite:${join(dataDir, file)}`,
    secret: newSecret(),
    remove: () => removeFolder(dataDir),
  };
}

/** A key for a server that lives as long as a run. */
export function newSecret(): string {
  return randomBytes(32).toString('hex');
}

/** An empty data folder of this run. What runs left behind that were killed goes first. */
export async function runFolder({ label }: Program): Promise<string> {
  await mkdir(benchFolder, { recursive: true });
  for (const name of await readdir(benchFolder)) {
    const pid = /^run-(\d+)/.exec(name)?.[1];
    if (pid && !isAlive(Number(pid))) await removeFolder(join(benchFolder, name));
  }
  const folder = join(benchFolder, `run-${process.pid}${label}`);
  await mkdir(folder, { recursive: true });
  return folder;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

export function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}

/** Runs `./rookery seed` for the large set. */
export function seedSet(
  { size, program }: SetOptions,
  environment: Record<string, string>,
): Promise<void> {
  const numbers = Object.entries(size).flatMap(([option, n]) => [`--${option}`, String(n)]);
  return runChild([mainFileOf(program), 'seed', ...numbers], environment);
}

async function cachedFolder(options: SetOptions): Promise<string> {
  const { size, program, say } = options;
  const key = await fingerprint(program);
  const name = `${size.users}-${size.posts}-${size.follows}-${size.likes}-${key}`;
  const folder = join(benchFolder, name);
  if (await isThere(folder)) return folder;
  say(`Seeding ${folder}; this is done once.`);
  const unfinished = `${folder}.unfinished`;
  await removeFolder(unfinished);
  await seedSet(options, { DATA_DIR: unfinished, DATABASE_URL: '' });
  await rename(unfinished, folder);
  return folder;
}

/** Tells sets apart that other versions of the program have made. */
export async function fingerprint({ root }: Program): Promise<string> {
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
