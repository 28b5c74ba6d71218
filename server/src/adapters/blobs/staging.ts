import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, type FileHandle, open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DomainError } from '../../domain/errors.ts';
import type { StagedBlob, StagedFile, UnkeptBlob } from '../../domain/ports.ts';
import { isMissing, makeFolder, noneIfMissing, nullIfMissing } from '../folders.ts';
import { withFile } from '../synced-moves.ts';

type Content = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
/** Is called with the file and the key that it is kept under. */
type Keep = (path: string, key: string) => Promise<void>;

export type Staging = {
  /** Takes in an upload. Not synced. */
  stage(content: AsyncIterable<Uint8Array>, maxBytes: number, keep: Keep): Promise<StagedBlob>;
  /** Writes bytes to a file of their own, and returns its path. Not synced. */
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
      let bytes = 0;
      const path = await orRemoved(newPath(), async (file) => {
        bytes = await writeAll(file, limited(content, maxBytes));
      });
      let isKept = false;
      return {
        path,
        bytes,
        sha256: () => digestOf(path),
        async keep(key) {
          await keep(path, key);
          isKept = true;
        },
        async discard() {
          if (!isKept) await rm(path, { force: true });
        },
      };
    },
    write: (bytes) => orRemoved(newPath(), (path) => writeAll(path, [bytes])),
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

/** Enough for most photos to be written at once. */
const bytesAtOnce = 256 * 1024;

async function writeAll(path: string, content: Content): Promise<number> {
  let bytes = 0;
  await withFile(await openForWriting(path), async (file) => {
    // A disk that is nearly full takes a part of it and no error; this goes on until all is written.
    for await (const part of inParts(content)) await file.appendFile(part);
  });
  return bytes;

  async function* inParts(chunks: Content) {
    let waiting: Uint8Array[] = [];
    let waitingBytes = 0;
    for await (const chunk of chunks) {
      waiting.push(chunk);
      waitingBytes += chunk.length;
      bytes += chunk.length;
      if (waitingBytes < bytesAtOnce) continue;
      yield Buffer.concat(waiting);
      [waiting, waitingBytes] = [[], 0];
    }
    if (waitingBytes > 0) yield Buffer.concat(waiting);
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

/** Takes in a file whose digest is always wanted, and so is taken in passing. */
export async function stageDigested(
  staged: Staging,
  content: AsyncIterable<Uint8Array>,
  keep: Keep,
): Promise<StagedFile> {
  const hash = createHash('sha256');
  async function* hashed() {
    for await (const chunk of content) {
      hash.update(chunk);
      yield chunk;
    }
  }
  const file = await staged.stage(hashed(), Number.POSITIVE_INFINITY, keep);
  return { ...file, sha256: hash.digest('hex') };
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
