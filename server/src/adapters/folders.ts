import { mkdirSync, statSync } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** `mode`: who may use it, as for `mkdir`. */
type Options = { mode?: number };

/**
 * Makes a folder and those above it that are missing. Node's own recursive `mkdir` tries forever where a folder exists
 * and nothing can be made in it, such as `/proc`.
 * @returns the topmost folder that was made; undefined: all were there
 * @throws the error of the first that cannot be made
 */
export async function makeFolder(path: string, options: Options = {}): Promise<string | undefined> {
  try {
    await mkdir(path, options);
    return path;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) {
      const found = await stat(path).catch(() => null);
      if (found?.isDirectory()) return undefined;
      throw error;
    }
    const topmost = await makeFolder(dirname(path), options);
    await mkdir(path, options).catch(unlessMade);
    return topmost ?? path;
  }
}

/** As `makeFolder`, at once. */
export function makeFolderSync(path: string, options: Options = {}): void {
  try {
    mkdirSync(path, options);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) {
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
      throw error;
    }
    makeFolderSync(dirname(path), options);
    try {
      mkdirSync(path, options);
    } catch (again) {
      unlessMade(again);
    }
  }
}

/** Of two that make the same folder at once, one comes late. */
function unlessMade(error: unknown): undefined {
  if (codeOf(error) !== 'EEXIST') throw error;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** The files in a folder and all those below it; none when it is missing. */
export async function* filesBelow(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(noneIfMissing);
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}

/** Turns the error of a missing file into null. */
export function nullIfMissing(error: unknown): null {
  if (isMissing(error)) return null;
  throw error;
}

/** Turns the error of a missing folder into an empty list. */
export function noneIfMissing(error: unknown): [] {
  if (isMissing(error)) return [];
  throw error;
}

export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}
