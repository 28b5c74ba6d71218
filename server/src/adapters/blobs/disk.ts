import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  copyFile,
  type FileHandle,
  link,
  mkdir,
  open,
  readFile,
  rename,
  rm,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DomainError } from '../../domain/errors.ts';
import type { BlobStore, StagedBlob } from '../../domain/ports.ts';

/**
 * Blobs as files below a folder. A file gets its name only when its bytes are on the disk: written under a temporary
 * name, synced, renamed, and then the folder is synced.
 */
export function diskBlobs(folder: string): BlobStore {
  const pathOf = (key: string) => join(folder, fanOut(key));
  const temporaryPath = () => join(folder, 'tmp', randomUUID());

  async function stage(content: AsyncIterable<Uint8Array>, maxBytes: number): Promise<StagedBlob> {
    const path = temporaryPath();
    const discard = () => rm(path, { force: true });
    try {
      const { bytes, sha256 } = await writeSynced(path, limited(content, maxBytes));
      return { path, bytes, sha256, discard, keep: (key) => moveTo(path, pathOf(key)) };
    } catch (error) {
      await discard();
      throw error;
    }
  }

  async function put(key: string, bytes: Uint8Array): Promise<void> {
    const path = temporaryPath();
    await writeSynced(path, [bytes]);
    await moveTo(path, pathOf(key));
  }

  async function read(key: string): Promise<Uint8Array | null> {
    return readFile(pathOf(key)).catch(nullIfMissing);
  }

  async function copy(from: string, to: string): Promise<void> {
    const [source, target] = [pathOf(from), pathOf(to)];
    await mkdir(dirname(target), { recursive: true });
    // Blobs are never written in place, so two names may share the bytes; a file system has a limit of names per file.
    await link(source, target).catch(() => copyFile(source, target));
  }

  return {
    stage,
    put,
    copy,
    read,
    async open(key, range) {
      const file = await open(pathOf(key)).catch(nullIfMissing);
      return file && createReadStream('', { fd: file, ...range });
    },
    async delete(key) {
      await rm(pathOf(key), { force: true });
    },
    async check() {
      const key = `check/${randomUUID()}`;
      await put(key, Buffer.from('rookery'));
      const isThere = (await read(key)) !== null;
      await rm(pathOf(key));
      if (!isThere) throw new Error(`What was written to ${folder} could not be read again.`);
    },
  };
}

/** `variants/abcdef…/small` → `variants/ab/abcdef…/small`: no folder grows beyond what file systems like. */
function fanOut(key: string): string {
  if (!/^[a-z]+\/[0-9a-f-]{2,64}(\/[a-z]+)?$/.test(key))
    throw new Error(`“${key}” is no blob key.`);
  return key.replace(/^([a-z]+)\/(..)/, '$1/$2/$2');
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
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  await withFile(await openForWriting(path), async (file) => {
    for await (const chunk of content) {
      hash.update(chunk);
      bytes += chunk.length;
      await file.write(chunk);
    }
    await file.sync();
  });
  return { bytes, sha256: hash.digest('hex') };
}

async function withFile(
  file: FileHandle,
  work: (file: FileHandle) => Promise<void>,
): Promise<void> {
  try {
    await work(file);
  } finally {
    await file.close();
  }
}

async function openForWriting(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    if (!isMissing(error)) throw error;
    await mkdir(dirname(path), { recursive: true });
    return open(path, 'wx', 0o600);
  }
}

async function moveTo(from: string, to: string): Promise<void> {
  const folder = dirname(to);
  await mkdir(folder, { recursive: true });
  await rename(from, to);
  await syncFolder(folder);
  await syncFolder(dirname(folder));
}

async function syncFolder(path: string): Promise<void> {
  await withFile(await open(path), (folder) => folder.sync());
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function nullIfMissing(error: unknown): null {
  if (isMissing(error)) return null;
  throw error;
}
