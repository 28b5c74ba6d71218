import { createHash } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { bundleInto, serverDir } from '../../scripts/bundle.ts';

const mainFile = join(serverDir, 'src/main.ts');

/** Below the packages, which the bundle imports; not in the cache of the program itself. */
const cacheDir = join(serverDir, 'node_modules/.cache/test-programs');
const keptMs = 24 * 60 * 60 * 1000;

/**
 * The file that tests start for a process of the program: one bundle of the source and its packages, or the source where none was made.
 * A command loads 2,500 files, which takes twice the processor time of all that most commands do.
 */
export const programFile = process.env.TEST_PROGRAM ?? mainFile;

/** Makes the bundle, unless the source is what it was, and names it to the processes of this run. */
export async function bundleProgram(): Promise<void> {
  const version = versionOfSource();
  const place = join(cacheDir, version);
  process.env.TEST_PROGRAM = join(place, 'program/main.mjs');
  if (existsSync(place)) return;
  mkdirSync(cacheDir, { recursive: true });
  removeOld();
  // Another run may make the same one: each appears whole, and the first stays.
  const draft = mkdtempSync(`${place}-`);
  await bundleInto(join(draft, 'program'), 'staying');
  if (existsSync(place)) rmSync(draft, { recursive: true });
  else renameSync(draft, place);
}

function versionOfSource(): string {
  const files = globSync('src/**/*.{ts,js,json}', { cwd: serverDir }).sort();
  const hash = createHash('sha256');
  for (const file of [...files, 'scripts/bundle.ts', '../package-lock.json']) {
    const { mtimeMs, size } = statSync(join(serverDir, file));
    hash.update(`${file} ${mtimeMs} ${size}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}

function removeOld(): void {
  for (const name of globSync('*', { cwd: cacheDir })) {
    const place = join(cacheDir, name);
    if (Date.now() - statSync(place).mtimeMs > keptMs) rmSync(place, { recursive: true });
  }
}
