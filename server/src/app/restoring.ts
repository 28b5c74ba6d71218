import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../adapters/folders.ts';
import type { OnProgress } from '../backup/dump.ts';
import { type RestoreReport, restoreBackup, rollBackFile } from '../backup/restore.ts';
import type { KeyMaterial } from '../backup/sealed-keys.ts';
import { findBackup } from '../backup/shelf.ts';
import { backUp, keyMaterialOf, withArchive } from './backups.ts';
import { openBlobs } from './blobs.ts';
import type { Config } from './config.ts';
import { databasePlace, migrationNames } from './schema.ts';
import { SetupError, withUsableDatabase } from './setup-error.ts';

export type RestoreOptions = {
  /** Null: as the settings say. */
  from: string | null;
  /** Undefined: the latest. */
  id: string | undefined;
  passphrase: string | null;
  hasKeys: boolean;
  isPartial: boolean;
  isForced: boolean;
  /** Whether a server database that has rows is replaced. */
  isReplacing: boolean;
  onProgress: OnProgress;
};

export type Restored = RestoreReport & {
  /** What the operator has to do about the keys; null: nothing. */
  keyAdvice: string | null;
};

const now = () => new Date();

/** @throws BackupError, SetupError or DomainError that says what to do */
export function restoreFrom(config: Config, options: RestoreOptions): Promise<Restored> {
  const { from, passphrase, hasKeys, isReplacing } = options;
  return withArchive(config, from, async (archive) => {
    const id = await findBackup(archive, options.id);
    const blobs = await openBlobs(config);
    const keep = {
      passphrase,
      hasKeys: passphrase !== null,
      keep: null,
      to: from,
      isCounting: true,
    };
    const backUpFirst = async () =>
      (await backUp(config, { ...keep, onProgress: options.onProgress })).manifest.id;
    try {
      const report = await withUsableDatabase(databasePlace(config), () =>
        restoreBackup({
          ...options,
          archive,
          id,
          databaseUrl: config.databaseUrl,
          blobs,
          hasKeys,
          keyFile: keyFileOf(config),
          steps: migrationNames(),
          backUpFirst: isReplacing ? backUpFirst : null,
          now,
        }),
      );
      return { ...report, keyAdvice: await keepKeys(config, report.keys) };
    } finally {
      await blobs.close();
    }
  });
}

/** Takes the last restore of an embedded database back. @throws SetupError for a server database */
export function rollBack(config: Config): Promise<{ restored: string; former: string | null }> {
  if (!config.databaseUrl.startsWith('sqlite:')) {
    throw new SetupError(
      'A server database has no state from before in itself. Restore the backup that the restore has made: ./rookery backup restore ID --replace',
    );
  }
  return rollBackFile(config.databaseUrl, { keyFile: keyFileOf(config), now });
}

/** The file that the program's key was read from; null when the settings have the key. */
function keyFileOf(config: Config): string | null {
  const path = keyPath(config);
  if (!config.databaseUrl.startsWith('sqlite:') || !existsSync(path)) return null;
  return keyIn(config) === config.secretKey ? path : null;
}

/** Keys that the settings should have and do not are written to a file: they must not show up in a terminal. */
async function keepKeys(config: Config, keys: KeyMaterial | null): Promise<string | null> {
  if (!keys) return null;
  const present = keyMaterialOf(config);
  // In embedded mode the restore has put it where the program reads it.
  const isInFile = existsSync(keyPath(config)) && keyIn(config) === keys.SECRET_KEY;
  const differing = Object.entries(keys).filter(
    ([name, value]) => present[name] !== value && !(name === 'SECRET_KEY' && isInFile),
  );
  if (differing.length === 0) return null;
  const path = join(config.dataDir, 'restored-keys.env');
  await makeFolder(config.dataDir, { mode: 0o700 });
  const lines = differing.map(([name, value]) => `${name}=${value}\n`).join('');
  await writeFile(path, lines, { mode: 0o600 });
  const names = differing.map(([name]) => name).join(', ');
  return `The settings do not have the backup's ${names}. They are in ${path}: set them before you start the server, then delete the file. Otherwise everybody has to sign in again, and authenticator apps and browser pushes stop working.`;
}

function keyPath({ dataDir }: Config): string {
  return join(dataDir, 'secret-key');
}

function keyIn(config: Config): string {
  return readFileSync(keyPath(config), 'utf8').trim();
}
