import { open, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { DomainError } from '../../domain/errors.ts';
import type { Archive } from '../../domain/ports.ts';
import { stageDigested, staging } from '../blobs/staging.ts';
import { filesBelow, nullIfMissing } from '../folders.ts';
import { syncedMoves } from '../synced-moves.ts';

/** Backups in a folder. */
export function diskArchive(folder: string): Archive {
  const root = resolve(folder);
  const staged = staging(join(root, 'tmp'));
  const move = syncedMoves(root);

  /** Names come from manifests, which somebody may have changed: none leads out of the folder. */
  function pathOf(name: string): string {
    const path = resolve(root, name);
    if (!path.startsWith(root + sep)) throw new Error(`“${name}” is no name of a backup's file.`);
    return path;
  }

  /** @throws DomainError `unavailable` that says what the disk refuses */
  async function told<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof Error) || !('syscall' in error)) throw error;
      const message = `The place of the backups, ${root}, cannot be used: ${error.message}.`;
      throw new DomainError('unavailable', message, { cause: error });
    }
  }

  async function remove(name: string): Promise<void> {
    const path = pathOf(name);
    await rm(path, { force: true });
    // A folder of ours that has become empty goes, too.
    await rmdir(dirname(path)).catch(() => {});
  }

  async function listAll(prefix: string): Promise<string[]> {
    const paths: string[] = [];
    for await (const path of filesBelow(prefix === '' ? root : pathOf(prefix))) paths.push(path);
    return paths.map((path) => relative(root, path).split(sep).join('/'));
  }

  return {
    place: root,
    stage: (content) =>
      told(
        stageDigested(staged, content, (from, name) => told(move([{ from, to: pathOf(name) }]))),
      ),
    async open(name) {
      const file = await told(open(pathOf(name)).catch(nullIfMissing));
      return file && file.createReadStream();
    },
    async size(name) {
      const stats = await told(stat(pathOf(name)).catch(nullIfMissing));
      return stats && stats.size;
    },
    async *list(prefix) {
      yield* await told(listAll(prefix));
    },
    delete: (name) => told(remove(name)),
    async discardUnkept() {
      for await (const { discard } of staged.list()) await discard();
    },
    async close() {},
  };
}
