import { join } from 'node:path';
import { diskBlobs } from '../adapters/blobs/disk.ts';
import type { OnProgress } from '../backup/dump.ts';
import { type MoveReport, moveEverything, reopenMoved } from '../backup/move.ts';
import { checkAddress } from '../db/dialects.ts';
import type { BlobStore } from '../domain/ports.ts';
import { accountFor, bucketOf } from './backups.ts';
import { openBlobs } from './blobs.ts';
import type { Config } from './config.ts';
import { databasePlace, migrationNames } from './schema.ts';
import { plainDatabaseUrl } from './settings/older-names.ts';
import { SetupError, withUsableDatabase } from './setup-error.ts';

export type MoveOptions = {
  /** Address of the new database; null: it stays. */
  to: string | null;
  /** The new data folder, or `s3://bucket`; null: the objects stay. */
  blobs: string | null;
  isForced: boolean;
  isCopy: boolean;
  onProgress: OnProgress;
};

/** @throws BackupError, SetupError or DomainError that says what to do */
export async function moveTo(config: Config, options: MoveOptions): Promise<MoveReport> {
  const databaseUrl = options.to === null ? null : (plainDatabaseUrl(options.to) ?? options.to);
  if (databaseUrl !== null) checkAddress(databaseUrl);
  const place = databasePlace({ databaseUrl: databaseUrl ?? config.databaseUrl });
  const from = { databaseUrl: config.databaseUrl, blobs: await openBlobs(config) };
  const blobs = options.blobs === null ? null : await openStore(config, options.blobs);
  try {
    return await withUsableDatabase(`${databasePlace(config)} or ${place}`, () =>
      moveEverything({
        ...options,
        from,
        to: { databaseUrl, blobs, place },
        steps: migrationNames(),
      }),
    );
  } finally {
    await from.blobs.close();
    await blobs?.close();
  }
}

/** What the settings of the new installation must say. */
export function settingsAfterMove(
  config: Config,
  { to, blobs }: Pick<MoveOptions, 'to' | 'blobs'>,
): string[] {
  const needsKey = config.databaseUrl.startsWith('sqlite:') && to?.startsWith('sqlite:') === false;
  return [
    ...(to === null ? [] : ['DATABASE_URL: the new database']),
    ...(needsKey
      ? [`SECRET_KEY: as before; in embedded mode it is in ${join(config.dataDir, 'secret-key')}`]
      : []),
    ...(blobs === null
      ? []
      : [
          blobs.startsWith('s3:')
            ? `S3_BUCKET and the other S3_ settings: ${blobs}`
            : `DATA_DIR=${blobs}, without the S3_ settings`,
        ]),
  ];
}

/** Lets servers use the configured database again after a move away from it. */
export function reopen(config: Config): Promise<boolean> {
  return withUsableDatabase(databasePlace(config), () => reopenMoved(config.databaseUrl));
}

async function openStore({ backup, dataDir }: Config, place: string): Promise<BlobStore> {
  if (!place.startsWith('s3:')) return diskBlobs(join(place, 'blobs'));
  const { bucket, prefix } = bucketOf(place);
  if (prefix !== '') throw new SetupError(`Pictures have a bucket of their own: s3://${bucket}`);
  const { s3Blobs } = await import('../adapters/blobs/s3.ts');
  const options = { ...accountFor(place, backup.s3), bucket, publicUrl: null };
  return s3Blobs(options, join(dataDir, 'uploads'));
}
