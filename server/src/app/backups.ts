import { diskArchive } from '../adapters/archives/disk.ts';
import { BackupError } from '../backup/backup-error.ts';
import { type BackupReport, createBackup } from '../backup/create.ts';
import type { OnProgress } from '../backup/dump.ts';
import type { KeepRule } from '../backup/keep.ts';
import type { Manifest } from '../backup/manifest.ts';
import type { KeyMaterial } from '../backup/sealed-keys.ts';
import { findBackup, listBackups, newestBackups, noteVerified } from '../backup/shelf.ts';
import { type VerifyReport, verifyBackup } from '../backup/verify.ts';
import { DomainError } from '../domain/errors.ts';
import type { Archive, Now } from '../domain/ports.ts';
import { openBlobs } from './blobs.ts';
import type { Config } from './config.ts';
import { databasePlace, migrationNames } from './schema.ts';
import type { S3Account } from './settings/backup-settings.ts';
import { withUsableDatabase } from './setup-error.ts';
import { programVersion } from './version.ts';

/** How a backup is made. */
export type CreateOptions = {
  /** Null: as the settings say. */
  to: string | null;
  keep: KeepRule | null;
  passphrase: string | null;
  hasKeys: boolean;
  onProgress: OnProgress;
  /** False within a server, where counting large tables would hold up requests. */
  isCounting: boolean;
  now?: Now;
};

/** @throws BackupError, SetupError or DomainError that says what to do */
export async function backUp(config: Config, options: CreateOptions): Promise<BackupReport> {
  const { passphrase, hasKeys, keep, onProgress, isCounting, now = () => new Date() } = options;
  if (hasKeys && passphrase === null) {
    throw new BackupError(
      'There is no passphrase to encrypt the secret keys with. Set BACKUP_PASSPHRASE or --passphrase-file, or leave the keys out: --without-keys.',
    );
  }
  const keys = hasKeys && passphrase ? { material: keyMaterialOf(config), passphrase } : null;
  return withArchive(config, options.to, async (archive) => {
    const blobs = await openBlobs(config);
    try {
      return await withUsableDatabase(databasePlace(config), () =>
        createBackup({
          databaseUrl: config.databaseUrl,
          blobs,
          archive,
          keys,
          keep,
          program: programVersion(),
          steps: migrationNames(),
          now,
          onProgress,
          isCounting,
        }),
      );
    } finally {
      await blobs.close();
    }
  });
}

/** All backups, oldest first. */
export function backupsAt(
  config: Config,
  from: string | null,
  onDamaged: (problem: string) => void,
): Promise<Manifest[]> {
  return withArchive(config, from, (archive) => listBackups(archive, onDamaged));
}

/** When the newest backup was made, and the newest that was verified. */
export function backupTimes(config: Config): ReturnType<typeof newestBackups> {
  return withArchive(config, null, newestBackups);
}

/** @throws BackupError when there is no such backup */
export function verifyAt(
  config: Config,
  from: string | null,
  options: { id: string | undefined; passphrase: string | null; onProgress: OnProgress },
): Promise<VerifyReport> {
  const { passphrase, onProgress } = options;
  return withArchive(config, from, async (archive) => {
    const id = await findBackup(archive, options.id);
    const steps = migrationNames();
    const report = await verifyBackup({ archive, id, passphrase, steps, onProgress });
    // Who may only read the backups can verify them, too.
    if (report.problems.length === 0) await noteVerified(archive, id).catch(() => {});
    return report;
  });
}

/** Secrets that are in the settings or beside the database, not in it. */
export function keyMaterialOf({ secretKey, push }: Config): KeyMaterial {
  const { vapid } = push.webPush ?? {};
  return {
    SECRET_KEY: secretKey,
    ...(vapid && { VAPID_PUBLIC_KEY: vapid.publicKey, VAPID_PRIVATE_KEY: vapid.privateKey }),
  };
}

/**
 * Opens the place of backups, and closes it after `work`.
 * @param place a folder or `s3://bucket/prefix`; null: the one of the settings
 */
export async function withArchive<T>(
  config: Config,
  place: string | null,
  work: (archive: Archive) => Promise<T>,
): Promise<T> {
  const archive = await openArchive(config, place);
  try {
    return await work(archive);
  } catch (error) {
    throw explained(error);
  } finally {
    await archive.close();
  }
}

/** A store that fails is for the operator to mend; a fault of ours keeps its form. */
function explained(error: unknown): unknown {
  if (error instanceof DomainError && error.code === 'unavailable') {
    return new BackupError(error.message, error);
  }
  return error;
}

async function openArchive({ backup }: Config, given: string | null): Promise<Archive> {
  const place = given ?? backup.to;
  if (place === null) {
    throw new BackupError(
      'It is not known where backups are kept. Name a folder or s3://bucket/prefix, or set BACKUP_TO.',
    );
  }
  if (!place.startsWith('s3:')) return diskArchive(place);
  const { bucket, prefix } = bucketOf(place);
  const { s3Archive } = await import('../adapters/archives/s3.ts');
  return s3Archive({ ...accountFor(place, backup.s3), bucket, publicUrl: null }, prefix);
}

/** @throws BackupError when it is no address of a bucket */
export function bucketOf(place: string): { bucket: string; prefix: string } {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*?))?\/?$/.exec(place);
  if (match?.[1] === undefined) {
    throw new BackupError(`“${place}” is no address of a bucket. Use s3://bucket/prefix.`);
  }
  return { bucket: match[1], prefix: match[2] ?? '' };
}

export function accountFor(place: string, account: S3Account | null): S3Account {
  if (account) return account;
  throw new BackupError(
    `The store of ${place} is not known. Set BACKUP_S3_ENDPOINT, BACKUP_S3_ACCESS_KEY_ID and BACKUP_S3_SECRET_ACCESS_KEY.`,
  );
}
