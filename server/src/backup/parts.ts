import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { Archive } from '../domain/ports.ts';
import { BackupError } from './backup-error.ts';

/** A file of a backup, as its manifest names it. */
export type Part = { name: string; bytes: number; sha256: string };

/** Writes texts to a compressed file. */
export async function writePart(
  archive: Archive,
  name: string,
  texts: AsyncIterable<string>,
): Promise<Part> {
  const gzip = createGzip();
  // An error of the source also ends the compression, and everything that reads from it.
  const feeding = pipeline(Readable.from(texts), gzip).catch(() => {});
  const file = await archive.stage(gzip);
  await feeding;
  await file.keep(name);
  return { name, bytes: file.bytes, sha256: file.sha256 };
}

/**
 * The lines of a compressed file. Whether it is undamaged is known at its end.
 * @throws BackupError when it is missing or damaged
 */
export async function* readLines(archive: Archive, part: Part): AsyncGenerator<string> {
  const gunzip = createGunzip();
  const feeding = pipeline(checkedBytes(archive, part), gunzip).catch((error: unknown) => {
    gunzip.destroy(error as Error);
  });
  try {
    let rest = '';
    for await (const chunk of gunzip.setEncoding('utf8')) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
    if (rest !== '') yield rest;
  } catch (error) {
    if (error instanceof BackupError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new BackupError(`${part.name} is damaged: ${reason}.`, error);
  } finally {
    gunzip.destroy();
    await feeding;
  }
}

/** Reads a small file whole. @throws BackupError when it is missing or damaged */
export async function readWhole(archive: Archive, part: Part): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of checkedBytes(archive, part)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** The bytes of a file, compared with what the manifest says of them. */
export async function* checkedBytes(archive: Archive, part: Part): AsyncGenerator<Uint8Array> {
  const stream = await archive.open(part.name);
  if (!stream) throw new BackupError(`${part.name} is missing.`);
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    bytes += chunk.length;
    yield chunk;
  }
  if (bytes === part.bytes && hash.digest('hex') === part.sha256) return;
  throw new BackupError(
    `${part.name} is damaged: it has ${bytes} bytes of ${part.bytes}, or other ones than were written.`,
  );
}
