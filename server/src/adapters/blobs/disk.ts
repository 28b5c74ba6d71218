import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import type { BlobStore, StoredBlob } from '../../domain/ports.ts';
import { filesBelow, makeFolder, nullIfMissing } from '../folders.ts';
import { type Move, syncedMoves } from '../synced-moves.ts';
import { checkedKey, isKey } from './keys.ts';
import { staging } from './staging.ts';

/** Blobs as files below a folder. A file gets its name only when its bytes are on the disk. */
export function diskBlobs(place: string): BlobStore {
  const folder = resolve(place);
  const move = syncedMoves(folder);
  const pathOf = (key: string) => join(folder, fanOut(key));
  const staged = staging(join(folder, 'tmp'));

  async function putAll(blobs: ReadonlyArray<{ key: string; bytes: Uint8Array }>): Promise<void> {
    const moves: Move[] = [];
    try {
      await Promise.all(
        blobs.map(async ({ key, bytes }) => {
          const to = pathOf(key);
          moves.push({ from: await staged.write(bytes), to });
        }),
      );
      await move(moves);
    } catch (error) {
      await Promise.all(moves.map(({ from }) => rm(from, { force: true })));
      throw error;
    }
  }

  const put = (key: string, bytes: Uint8Array) => putAll([{ key, bytes }]);

  async function read(key: string): Promise<Uint8Array | null> {
    return readFile(pathOf(key)).catch(nullIfMissing);
  }

  async function copy(from: string, to: string): Promise<void> {
    const [source, target] = [pathOf(from), pathOf(to)];
    await makeFolder(dirname(target));
    // Blobs are never written in place, so two names may share the bytes. A name that is taken, or one too many for the
    // file system, is replaced by a real copy.
    await link(source, target).catch(async () => {
      const path = await staged.copyOf(source);
      await rename(path, target).catch((error: unknown) => removed(path, error));
    });
    // The second name is as young as its key, or a sweep would take it for one that nobody wants.
    await utimes(target, new Date(), new Date());
  }

  /** Walks only the folders that the prefix leads to. */
  async function* list(prefix: string): AsyncGenerator<StoredBlob> {
    for await (const path of filesBelow(join(folder, folderOf(prefix)))) {
      const key = relative(folder, path).replace(/^([a-z]+)\/..\//, '$1/');
      if (!key.startsWith(prefix) || !isKey(key) || pathOf(key) !== path) continue;
      const stats = await stat(path).catch(nullIfMissing);
      if (stats) yield { key, bytes: stats.size, modifiedAt: stats.mtime };
    }
  }

  return {
    stage: (content, maxBytes) =>
      staged.stage(content, maxBytes, async (from, key) => move([{ from, to: pathOf(key) }])),
    put,
    putAll,
    copy,
    read,
    async open(key, range) {
      const file = await open(pathOf(key)).catch(nullIfMissing);
      return file && createReadStream('', { fd: file, ...range });
    },
    async lend(key, work) {
      const path = pathOf(key);
      return (await stat(path).catch(nullIfMissing)) && work(path);
    },
    async delete(key) {
      await rm(pathOf(key), { force: true });
    },
    list,
    listUnkept: () => staged.list(),
    findAddress: async () => null,
    async check() {
      const key = `check/${randomUUID()}`;
      await put(key, Buffer.from('rookery'));
      const isThere = (await read(key)) !== null;
      await rm(pathOf(key));
      if (!isThere) throw new Error(`What was written to ${folder} could not be read again.`);
    },
    async close() {},
  };
}

/** `variants/abcdef…/small` → `variants/ab/abcdef…/small`: no folder grows beyond what file systems like. */
function fanOut(key: string): string {
  return checkedKey(key).replace(/^([a-z]+)\/(..)/, '$1/$2/$2');
}

/** The deepest folder that contains every key with a prefix: `variants/abcd` → `variants/ab`. */
function folderOf(prefix: string): string {
  const [top = '', rest = ''] = prefix.split('/');
  if (!prefix.includes('/')) return '.';
  return rest.length < 2 ? top : join(top, rest.slice(0, 2));
}

async function removed(path: string, error: unknown): Promise<never> {
  await rm(path, { force: true });
  throw error;
}
