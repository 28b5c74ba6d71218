import { createHash, randomUUID } from 'node:crypto';
import { copyFile, type FileHandle, open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DomainError } from '../../domain/errors.ts';
import type { StagedBlob, UnkeptBlob } from '../../domain/ports.ts';
import { isMissing, makeFolder, noneIfMissing, nullIfMissing } from '../folders.ts';

type Content = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export type Staging = {
  /** Takes in an upload; `keep` is called with the file and the key that it is kept under. */
  stage(
    content: AsyncIterable<Uint8Array>,
    maxBytes: number,
    keep: (path: string, key: string) => Promise<void>,
  ): Promise<StagedBlob>;
  /** Writes bytes to a file of their own, safe on the disk, and returns its path. */
  write(bytes: Uint8Array): Promise<string>;
  /** Copies a file to one of its own, and returns its path. Not synced. */
  copyOf(path: string): Promise<string>;
  list(): AsyncIterable<UnkeptBlob>;
};

/** Files that are being written, in a folder of their own. */
export function staging(folder: string): Staging {
  const newPath = () => join(folder, randomUUID());

  return {
    async stage(content, maxBytes, keep) {
      let written = { bytes: 0, sha256: '' };
      const path = await orRemoved(newPath(), async (file) => {
        written = await writeSynced(file, limited(content, maxBytes));
      });
      const discard = () => rm(path, { force: true });
      return { path, ...written, discard, keep: (key) => keep(path, key) };
    },
    write: (bytes) => orRemoved(newPath(), (path) => writeSynced(path, [bytes])),
    copyOf: (source) =>
      orRemoved(newPath(), async (path) => {
        await makeFolder(folder);
        await copyFile(source, path);
      }),
    async *list() {
      for (const name of await readdir(folder).catch(noneIfMissing)) {
        const path = join(folder, name);
        const stats = await stat(path).catch(nullIfMissing);
        if (!stats?.isFile()) continue;
        const discard = () => rm(path, { force: true });
        yield { name: path, modifiedAt: stats.mtime, discard };
      }
    },
  };
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

async function* limited(content: AsyncIterable<Uint8Array>, maxBytes: number) {
  let bytes = 0;
  for await (const chunk of content) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      const message = `must have at most ${maxBytes} bytes`;
      throw new DomainError('too_large', `The file ${message}.`, {
        fields: [{ field: 'file', message }],
      });
    }
    yield chunk;
  }
}

async function writeSynced(
  path: string,
  content: Content,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  await withFile(await openForWriting(path), async (file) => {
    for await (const chunk of content) {
      hash.update(chunk);
      bytes += chunk.length;
      // A disk that is nearly full takes a part of it and no error; this goes on until all is written.
      await file.appendFile(chunk);
    }
    await file.sync();
  });
  return { bytes, sha256: hash.digest('hex') };
}

/** Leaves no file behind that could not be written: a full disk would stay full. @returns the path */
async function orRemoved(path: string, write: (path: string) => Promise<unknown>): Promise<string> {
  try {
    await write(path);
    return path;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

async function openForWriting(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    if (!isMissing(error)) throw error;
    await makeFolder(dirname(path));
    return open(path, 'wx', 0o600);
  }
}
