import { environmentNames } from './environments.ts';

/** A variable of an older system that is read as a setting of ours. */
type ReadName = {
  name: string;
  of: string;
  setting: 'ROOKERY_ENV' | 'DATABASE_URL' | 'AMQP_URL';
  /** How, for docs/configuration.md. */
  how: string;
  /** It replaces the setting in this environment only, where it takes precedence over all other names. */
  onlyIn?: 'testing';
  /** Whether `NAME_FILE` may name a file that contains it. */
  isSecret: boolean;
  /** Its value as the setting has it; null when it cannot be read so. */
  read(value: string): string | null;
  /** What is said then, after the name. */
  unread: { isRefused: boolean; advice: string };
};

/** A variable of an older system that has no meaning here; `advice` says after its name what to do. */
type GoneName = { name: string; of: string; advice: string };

/** What stood in a file of an older system, and where it is now. */
type FileKey = { file: string; keys: string; of: string; here: string };

const older = {
  base: 'base-api',
  flask: 'flask-api',
  hmlet: 'hmlet',
  sns: 'mini-sns',
  mithril: 'mithril',
} as const;

const broker = {
  isSecret: true,
  read: (value: string) => (/^(py)?amqps?:\/\/.+$/.test(value) ? value.replace(/^py/, '') : null),
  unread: {
    isRefused: false,
    advice:
      'is not a RabbitMQ URL, and Rookery supports no other broker. Remove it: workers then poll the database. To use RabbitMQ, set AMQP_URL.',
  },
};

/** Variables of older systems that are read as settings. The later of two for one setting must agree with the earlier. */
export const readNames: readonly ReadName[] = [
  {
    name: 'APP_SETTINGS',
    of: older.base,
    setting: 'ROOKERY_ENV',
    how: '`project.config.StagingConfig` means `staging`, and so on. Plain names work too.',
    isSecret: false,
    read: environmentOf,
    unread: {
      isRefused: true,
      advice: `is not an environment. Set ROOKERY_ENV to one of ${environmentNames.join(', ')}, or APP_SETTINGS to a name such as project.config.ProductionConfig.`,
    },
  },
  {
    name: 'DB_URI',
    of: older.mithril,
    setting: 'DATABASE_URL',
    how: 'SQLAlchemy URLs work, in `DATABASE_URL` too: the driver (`mysql+pymysql://`) and `charset` are ignored.',
    isSecret: true,
    read: plainDatabaseUrl,
    unread: { isRefused: true, advice: 'names no database that is known here.' },
  },
  {
    name: 'CELERY_BROKER_URL',
    of: older.base,
    setting: 'AMQP_URL',
    how: 'A RabbitMQ URL is used. Any other broker is ignored, with a line in the log.',
    ...broker,
  },
  {
    name: 'DATABASE_TEST_URL',
    of: older.base,
    setting: 'DATABASE_URL',
    how: 'In `testing` only, where it takes precedence over `DATABASE_URL`.',
    onlyIn: 'testing',
    isSecret: true,
    read: plainDatabaseUrl,
    unread: { isRefused: true, advice: 'names no database that is known here.' },
  },
  {
    name: 'CELERY_BROKER_TEST_URL',
    of: older.base,
    setting: 'AMQP_URL',
    how: 'In `testing` only, where it takes precedence over `AMQP_URL`.',
    onlyIn: 'testing',
    ...broker,
  },
];

/** Variables of older systems that are settings of the same name and meaning. */
export const keptNames: ReadonlyArray<{ names: readonly string[]; of: string }> = [
  { names: ['SECRET_KEY'], of: `${older.base}, ${older.flask}, ${older.mithril}` },
  {
    names: [
      'DATABASE_URL',
      'MAIL_SERVER',
      'MAIL_PORT',
      'MAIL_USERNAME',
      'MAIL_PASSWORD',
      'MAIL_DEFAULT_SENDER',
      'MAIL_USE_TLS',
      'MAIL_USE_SSL',
      'TWILIO_ACCOUNT_SID',
      'TWILIO_AUTH_TOKEN',
      'TWILIO_FROM_NUMBER',
      'CELLPHONE_VALIDATION_CODE_EXP_SECS',
      'GOOGLE_CLIENT_ID',
    ],
    of: older.base,
  },
];

/** Variables of older systems that mean nothing here, and what to do instead. */
export const goneNames: readonly GoneName[] = [
  {
    name: 'FLASK_APP',
    of: older.base,
    advice: 'is not used. `./rookery start` starts the whole program. Remove it.',
  },
  {
    name: 'FLASK_DEBUG',
    of: older.base,
    advice:
      'is not used. LOG_LEVEL=debug logs more (the default in development), and `npm run dev` restarts after each change. Remove it.',
  },
  {
    name: 'CELERY_RESULT_BACKEND',
    of: older.base,
    advice:
      'is not used. The database stores failed jobs (`./rookery outbox list`). To count requests across processes, set REDIS_URL. Remove it.',
  },
  {
    name: 'FCM_SERVER_KEY',
    of: older.base,
    advice:
      'is not used. Google closed its API in 2024. Set FCM_SERVICE_ACCOUNT_FILE to the key file of a service account (Firebase console, project settings, service accounts), then remove it.',
  },
];

/** What the older systems kept in files rather than in variables; it is set here by hand. */
export const fileKeys: readonly FileKey[] = [
  {
    file: 'url_host.json',
    keys: '`host`',
    of: older.flask,
    here: '`ROOKERY_ENV=production` unless it was `localhost`; `PUBLIC_URL` for the URL, `REDIS_URL` for Redis on that host',
  },
  {
    file: 'config.py',
    keys: '`use_redis`, `redis_host`, `redis_port`',
    of: older.hmlet,
    here: '`REDIS_URL=redis://HOST:PORT/0`, for rate limits only: revoked tokens are always in the database',
  },
  {
    file: 'config.py',
    keys: '`MAX_PHOTO_SIZE`',
    of: older.hmlet,
    here: '`UPLOAD_MAX_MB`, in MB instead of bytes',
  },
  {
    file: 'config.py',
    keys: 'the parts of the database URL; `JWT_SECRET_KEY`',
    of: `${older.hmlet}, ${older.sns}`,
    here: '`DATABASE_URL`; `SECRET_KEY`, a new one',
  },
  {
    file: 'config.py',
    keys: '`S3_BUCKET`, `S3_ACCESS_KEY`, `S3_SECRET_KEY`, `S3_BUCKET_URL`',
    of: older.sns,
    here: '`S3_BUCKET`, `S3_ACCESS_KEY_ID`, `S3_SECRET_ACCESS_KEY`, and `S3_ENDPOINT` with `S3_REGION`: the URL without the bucket',
  },
  {
    file: 'config.py',
    keys: '`UPLOAD_DIRECTORY`',
    of: older.sns,
    here: '`DATA_DIR`; pictures are in `blobs` there',
  },
];

/**
 * An address of a database without what only SQLAlchemy reads: the driver’s name and the character set, which is always
 * UTF-8 here. Null when it is the address of none.
 */
export function plainDatabaseUrl(text: string): string | null {
  const plain = text.replace(/^([a-z]+)\+[a-z0-9_]+:/, '$1:').replace(/^mariadb:/, 'mysql:');
  if (!/^(sqlite|postgres|postgresql|mysql|cockroachdb):.+$/.test(plain)) return null;
  const [address = '', query] = plain.split('?', 2);
  if (query === undefined) return plain;
  const options = new URLSearchParams(query);
  if (!options.has('charset')) return plain;
  options.delete('charset');
  return options.size > 0 ? `${address}?${options.toString()}` : address;
}

/** `project.config.StagingConfig` → `staging`. */
function environmentOf(text: string): string | null {
  const name = text
    .replace(/^project\.config\./, '')
    .replace(/Config$/, '')
    .toLowerCase();
  return environmentNames.find((known) => known === name) ?? null;
}
