import { open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { Archive } from '../../domain/ports.ts';
import { noneIfMissing, nullIfMissing, staging, withFile } from '../blobs/staging.ts';
import { makeFolder } from '../folders.ts';

/** Backups in a folder. */
export function diskArchive(folder: string): Archive {
  const root = resolve(folder);
  const staged = staging(join(root, 'tmp'));

  /** Names come from manifests, which somebody may have changed: none leads out of the folder. */
  function pathOf(name: string): string {
    const path = resolve(root, name);
    if (!path.startsWith(root + sep)) throw new Error(`“${name}” is no name of a backup's file.`);
    return path;
  }

  return {
    place: root,
    stage: (content) =>
      staged.stage(content, Number.POSITIVE_INFINITY, async (path, name) =>
        moveTo(path, pathOf(name)),
      ),
    async open(name) {
      const file = await open(pathOf(name)).catch(nullIfMissing);
      return file && file.createReadStream();
    },
    async size(name) {
      const stats = await stat(pathOf(name)).catch(nullIfMissing);
      return stats && stats.size;
    },
    async *list(prefix) {
      const start = prefix === '' ? root : pathOf(prefix);
      for await (const path of filesBelow(start)) yield relative(root, path).split(sep).join('/');
    },
    async delete(name) {
      const path = pathOf(name);
      await rm(path, { force: true });
      // A folder of ours that has become empty goes, too.
      await rmdir(dirname(path)).catch(() => {});
    },
    async discardUnkept() {
      for await (const { discard } of staged.list()) await discard();
    },
    async close() {},
  };
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(noneIfMissing);
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}

/** A folder that was just made is safe only when its parent is. */
async function moveTo(from: string, to: string): Promise<void> {
  const made = await makeFolder(dirname(to));
  await rename(from, to);
  const last = made === undefined ? dirname(to) : dirname(made);
  for (let folder = dirname(to); ; folder = dirname(folder)) {
    await withFile(await open(folder), (handle) => handle.sync());
    if (folder === last || folder === dirname(folder)) return;
  }
}
