import { type Static, type TObject, Type } from 'typebox';
import { BackupError } from '../../backup/backup-error.ts';
import { type KeepRule, keepRuleOf } from '../../backup/keep.ts';

/** Settings of backups. */
export const backupSettings = {
  BACKUP_TO: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'Where backups are kept: a folder, on another disk if possible, or `s3://bucket/prefix`. `elsewhere` if something other than Rookery makes them: then `doctor` does not look for them.',
    }),
  ),
  BACKUP_AT: Type.Optional(
    Type.String({
      pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$',
      description:
        'When a worker makes a backup every day, such as `03:30`, by the clock of its machine (`TZ`). It needs `BACKUP_TO`. Default: only `rookery backup create` makes backups.',
    }),
  ),
  BACKUP_KEEP: Type.String({
    pattern: '^[1-9][0-9]{0,3}[dwmy](,[1-9][0-9]{0,3}[dwmy])*$',
    default: '7d,4w,6m',
    description:
      'Which backups a daily backup keeps: `7d,4w,6m` keeps one of each of the last 7 days, 4 weeks and 6 months. The others are deleted.',
  }),
  BACKUP_PASSPHRASE: Type.Optional(
    Type.String({
      minLength: 12,
      'x-secret': true,
      description:
        'Encrypts the secret keys in backups. Keep it apart from them. A daily backup without it leaves the keys out.',
    }),
  ),
  BACKUP_S3_ENDPOINT: Type.Optional(
    Type.String({
      pattern: '^https?://[^/?#]+/?$',
      description:
        'The store of `s3://` addresses of backups and of `rookery move --blobs`. Default: the store of the pictures, with its region and key; a store of another provider is safer.',
    }),
  ),
  BACKUP_S3_REGION: Type.String({
    minLength: 1,
    default: 'us-east-1',
    description: 'The region of that store.',
  }),
  BACKUP_S3_ACCESS_KEY_ID: Type.Optional(
    Type.String({
      minLength: 1,
      'x-secret': true,
      description: 'The key that may read, write, list and delete there.',
    }),
  ),
  BACKUP_S3_SECRET_ACCESS_KEY: Type.Optional(
    Type.String({ minLength: 1, 'x-secret': true, description: 'The secret of that key.' }),
  ),
};

type BackupSettings = Static<TObject<typeof backupSettings>> & { S3_FORCE_PATH_STYLE: string };

/** A store without its bucket. */
export type S3Account = {
  endpoint: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  hasPathStyle: boolean;
};

export type BackupConfig = {
  /** A folder or an address; null: not set up, or not by Rookery. */
  to: string | null;
  isElsewhere: boolean;
  /** Time of day in minutes; null: no daily backup. */
  atMinute: number | null;
  keep: KeepRule;
  passphrase: string | null;
  /** Of `s3://` addresses; null: none is known. */
  s3: S3Account | null;
};

export function backupOf(
  settings: BackupSettings,
  s3: S3Account | null,
  problems: string[],
): BackupConfig {
  const { BACKUP_TO: to = null, BACKUP_AT: at } = settings;
  const isElsewhere = to === 'elsewhere';
  if (at !== undefined && (to === null || isElsewhere)) {
    problems.push('BACKUP_AT is set, but BACKUP_TO does not say where backups go. Set both.');
  }
  const account = accountOf(settings, s3, problems);
  if (to?.startsWith('s3:') && !account) {
    problems.push(
      'BACKUP_TO is in S3, but the store is not known. Set BACKUP_S3_ENDPOINT, BACKUP_S3_ACCESS_KEY_ID and BACKUP_S3_SECRET_ACCESS_KEY.',
    );
  }
  return {
    to: isElsewhere ? null : to,
    isElsewhere,
    atMinute: at === undefined ? null : Number(at.slice(0, 2)) * 60 + Number(at.slice(3)),
    keep: keepOf(settings.BACKUP_KEEP),
    passphrase: settings.BACKUP_PASSPHRASE ?? null,
    s3: account,
  };
}

/** The form is checked with the other settings. */
function keepOf(text: string): KeepRule {
  try {
    return keepRuleOf(text);
  } catch (error) {
    if (error instanceof BackupError) return [];
    throw error;
  }
}

function accountOf(
  settings: BackupSettings,
  s3: S3Account | null,
  problems: string[],
): S3Account | null {
  const {
    BACKUP_S3_ENDPOINT: endpoint,
    BACKUP_S3_ACCESS_KEY_ID: accessKeyId,
    BACKUP_S3_SECRET_ACCESS_KEY: secretAccessKey,
    BACKUP_S3_REGION: region,
  } = settings;
  const given = [endpoint, accessKeyId, secretAccessKey].filter((text) => text !== undefined);
  if (given.length === 0) {
    return s3;
  }
  if (!endpoint || !accessKeyId || !secretAccessKey) {
    problems.push(
      'Some of BACKUP_S3_ENDPOINT, BACKUP_S3_ACCESS_KEY_ID and BACKUP_S3_SECRET_ACCESS_KEY are set and some are not. Set all three, or none.',
    );
    return null;
  }
  const hasPathStyle = settings.S3_FORCE_PATH_STYLE === 'true';
  return { endpoint, region, accessKeyId, secretAccessKey, hasPathStyle };
}
