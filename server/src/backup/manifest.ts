import { createHash, randomBytes } from 'node:crypto';
import type { EngineName } from '../db/database.ts';
import type { TableShape } from '../db/tables/shape.ts';
import type { Archive } from '../domain/ports.ts';
import { BackupError } from './backup-error.ts';
import type { Part } from './parts.ts';

/** Of the files and of the manifest; raised when an older program could not read them. */
const format = 1;

/** A table in a backup. */
export type SavedTable = TableShape & {
  rows: number;
  /** Over the rows in any order, see `RowSum`. */
  checksum: string;
  file: Part;
};

/** What a backup is. It is written last: a backup without it does not exist. */
export type Manifest = {
  format: number;
  id: string;
  /** When the snapshot was taken: every write acknowledged before is in it. */
  takenAt: string;
  finishedAt: string;
  /** Version of the program that made it. */
  program: string;
  engine: EngineName;
  /** Names of the migrations that the database had, oldest first. */
  steps: string[];
  /** Parents first. */
  tables: SavedTable[];
  objects: {
    /** Lines of `[mediaId, key, sha256, bytes]`, by media. */
    list: Part;
    count: number;
    bytes: number;
    /** How many this backup has copied; the others were in the folder already. */
    copied: number;
    copiedBytes: number;
    /** Deleted by the server after the snapshot and before they were copied. */
    deletedMeanwhile: number;
    /** Rows whose objects the server lacks: damage that was there before. */
    missing: number;
  };
  /** Encrypted; null: left out. */
  keys: Part | null;
};

/** A new id: the time, so that backups sort by it, and four random digits. */
export function newBackupId(now: Date): string {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  return `${time}-${randomBytes(2).toString('hex')}`;
}

const idForm = /^\d{8}T\d{6}Z-[0-9a-f]{4}$/;

export function isBackupId(text: string): boolean {
  return idForm.test(text);
}

/** Name of a file of one backup. */
export function fileOf(id: string, name: string): string {
  return `backups/${id}/${name}`;
}

/** Name of an object; all backups of a folder share it. */
export function poolName(sha256: string): string {
  return `objects/${sha256.slice(0, 2)}/${sha256}`;
}

/** Makes the backup exist. */
export async function writeManifest(
  archive: Archive,
  manifest: Omit<Manifest, 'format'>,
): Promise<Manifest> {
  const whole = { format, ...manifest };
  const text = JSON.stringify({ manifest: whole, checksum: checksumOf(whole) }, null, 1);
  const file = await archive.stage(oneChunk(text));
  await file.keep(fileOf(manifest.id, 'manifest.json'));
  return whole;
}

/** @throws BackupError when there is none, or it is damaged or newer than this program */
export async function readManifest(archive: Archive, id: string): Promise<Manifest> {
  const stream = await archive.open(fileOf(id, 'manifest.json'));
  if (!stream) throw new BackupError(`${archive.place} has no backup ${id}.`);
  const text = Buffer.concat(await stream.toArray()).toString('utf8');
  const damaged = new BackupError(`The manifest of ${id} is damaged.`);
  let read: { manifest: Manifest; checksum: string };
  try {
    read = JSON.parse(text) as typeof read;
  } catch {
    throw damaged;
  }
  if (read.manifest?.format > format) {
    throw new BackupError(`The backup ${id} was made by a newer version. Use that one.`);
  }
  if (!read.manifest || checksumOf(read.manifest) !== read.checksum || read.manifest.id !== id) {
    throw damaged;
  }
  return read.manifest;
}

function checksumOf(manifest: object): string {
  return createHash('sha256').update(JSON.stringify(manifest)).digest('hex');
}

export async function* oneChunk(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
