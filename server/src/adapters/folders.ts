import { mkdirSync, statSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

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
