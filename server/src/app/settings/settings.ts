import { type Static, Type } from 'typebox';
import { backupSettings } from './backup-settings.ts';
import { environmentNames } from './environments.ts';
import { identitySettings } from './identity-settings.ts';
import { instanceSettings } from './instance-settings.ts';
import { liveSettings } from './live-settings.ts';
import { mailSettings } from './mail-settings.ts';
import { metricsSettings } from './metrics-settings.ts';
import { pushSettings } from './push-settings.ts';
import { secondFactorSettings } from './second-factor-settings.ts';
import { servingSettings } from './serving-settings.ts';
import { smsSettings } from './sms-settings.ts';
import { tracesSettings } from './traces-settings.ts';

/**
 * Every setting: its name, form, default and meaning. docs/configuration.md is made from this list.
 * A setting marked `x-secret` can also be given as `NAME_FILE`, the path of a file that holds it.
 */
export const Settings = Type.Object({
  HOST: Type.String({
    default: '127.0.0.1',
    description: 'Address to listen on. `0.0.0.0` for all IPv4 addresses, `::` for all addresses.',
  }),
  PORT: Type.Integer({
    minimum: 0,
    maximum: 65535,
    default: 3000,
    description:
      'Port to listen on. 0 picks a free port; then set `PUBLIC_URL` for `work`, which cannot know it.',
  }),
  PUBLIC_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^/?#]+(/[^?#]*)?$',
      description:
        'Where clients reach the server, without a trailing slash. Links in responses and mails start with it. Required in staging and production. Default: `http://HOST:PORT`, with `localhost` if `HOST` means all addresses.',
    }),
  ),
  ROOKERY_ENV: Type.Enum(environmentNames, {
    default: 'development',
    description:
      'What the installation is for (see below): `development`, `testing`, `staging` or `production`.',
  }),
  DATA_DIR: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'Folder for the embedded database, uploads and the generated secret key. Default: `data`, in testing `data/testing`.',
    }),
  ),
  DATABASE_URL: Type.Optional(
    Type.String({
      pattern: '^(sqlite|postgres|postgresql|mysql|mariadb|cockroachdb)(\\+[a-z0-9_]+)?:.+$',
      'x-secret': true,
      description:
        'The database: `sqlite:FILE`, `postgres://user:password@host/name`, `mysql://…` (MariaDB too) or `cockroachdb://…`, with `?sslmode=verify-full` or `?ssl-mode=VERIFY_IDENTITY` for TLS. Default: `sqlite:DATA_DIR/rookery.sqlite`.',
    }),
  ),
  DATABASE_POOL_SIZE: Type.Integer({
    minimum: 1,
    maximum: 1000,
    default: 10,
    description: 'Maximum number of connections that one process opens to a server database.',
  }),
  AMQP_URL: Type.Optional(
    Type.String({
      pattern: '^amqps?://.+$',
      'x-secret': true,
      description:
        'RabbitMQ (3.10 or newer), which delivers events to the worker processes: `amqp://user:password@host/vhost`, or `amqps://…`. Without it, workers poll the database.',
    }),
  ),
  AMQP_QUEUE: Type.String({
    pattern: '^[A-Za-z0-9._-]{1,200}$',
    default: 'rookery.events',
    description:
      'Name of the RabbitMQ queue. Installations that share a broker need different names.',
  }),
  REDIS_URL: Type.Optional(
    Type.String({
      pattern: '^rediss?://.+$',
      'x-secret': true,
      description:
        'Redis, where several processes count requests and wrong passwords together and announce live events: `redis://:password@host:6379/0`, or `rediss://…` for TLS. Without it, each process counts by itself, and announcements go through the database.',
    }),
  ),
  SECRET_KEY: Type.Optional(
    Type.String({
      'x-secret': true,
      description:
        'Signs tokens: at least 32 random characters (`openssl rand -hex 32`). With the embedded database, one is generated and stored in `DATA_DIR/secret-key`.',
    }),
  ),
  LOG_LEVEL: Type.Optional(
    Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'], {
      description:
        'How much is logged, on standard output: as JSON lines, or for people on a terminal. `debug` logs why requests were refused. Default: `debug` in development and testing, otherwise `info`.',
    }),
  ),
  TRUSTED_PROXIES: Type.String({
    default: '',
    description:
      'Addresses or networks of proxies whose `X-Forwarded-For` is trusted, separated by commas: `127.0.0.1,10.0.0.0/8`.',
  }),
  CONTRACTS: Type.String({
    default: 'all',
    description:
      'Which contracts are served: `all`, or names separated by commas. `v2` is always served.',
  }),
  SIGNUPS: Type.Enum(['open', 'closed'], {
    default: 'open',
    description:
      '`open`: anybody can sign up. `closed`: only people with an invite; operators and admins can still create accounts.',
  }),
  RATE_LIMITS: Type.Enum(['on', 'off'], {
    default: 'on',
    description:
      '`off` is for load and conformance tests. It is refused in staging and production.',
  }),
  STRICT_PASSWORDS: Type.Enum(['true', 'false'], {
    default: 'false',
    description:
      'Whether older contracts require passwords as strong as those of `/v2`. By default they accept the shorter ones that the older servers did.',
  }),
  CORS_ORIGINS: Type.String({
    default: '',
    description:
      'Origins of web apps that may call the server (CORS), separated by commas. In development and testing, pages of this machine may without it: `https://app.example.com`, `capacitor://localhost`, `ionic://localhost`, `tauri://localhost`, `exp://192.168.1.5:8081`.',
  }),
  UPLOAD_MAX_MB: Type.Integer({
    minimum: 1,
    maximum: 1024,
    default: 20,
    description: 'Largest upload, in MB.',
  }),
  UPLOAD_MAX_MEGAPIXELS: Type.Integer({
    minimum: 1,
    maximum: 500,
    default: 120,
    description:
      'Largest picture, in megapixels. Formats that cannot be decoded row by row (HEIC, AVIF, WebP, progressive JPEG, interlaced PNG) have lower limits to save memory: see docs/decisions/0029.',
  }),
  S3_ENDPOINT: Type.Optional(
    Type.String({
      pattern: '^https?://[^/?#]+/?$',
      description:
        'Stores pictures in S3 instead of files: the URL of the store, such as `https://s3.eu-central-1.amazonaws.com`. Also set the bucket and both keys.',
    }),
  ),
  S3_BUCKET: Type.Optional(
    Type.String({
      pattern: '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$',
      description: 'The bucket, for this server only and without public access.',
    }),
  ),
  S3_REGION: Type.String({
    minLength: 1,
    default: 'us-east-1',
    description: 'The region that requests are signed for.',
  }),
  S3_ACCESS_KEY_ID: Type.Optional(
    Type.String({
      minLength: 1,
      'x-secret': true,
      description: 'The key that may read, write, list and delete in the bucket.',
    }),
  ),
  S3_SECRET_ACCESS_KEY: Type.Optional(
    Type.String({ minLength: 1, 'x-secret': true, description: 'The secret of that key.' }),
  ),
  S3_FORCE_PATH_STYLE: Type.Enum(['true', 'false'], {
    default: 'true',
    description:
      'Whether URLs of the store have the bucket in the path (`true`) or in the host name (`false`).',
  }),
  S3_PUBLIC_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^/?#]+/?$',
      description:
        'Where clients reach the store. If set, pictures of published posts redirect to a URL there that is signed for five minutes. Otherwise all pictures go through the server.',
    }),
  ),
  MEDIA_QUOTA_MB: Type.Integer({
    minimum: 1,
    maximum: 1_000_000_000,
    default: 10_000,
    description: 'Storage for the pictures of one account, in MB.',
  }),
  ...instanceSettings,
  ...mailSettings,
  ...smsSettings,
  ...identitySettings,
  ...secondFactorSettings,
  ...pushSettings,
  ...liveSettings,
  ...servingSettings,
  ...backupSettings,
  ...metricsSettings,
  ...tracesSettings,
});

export type Settings = Static<typeof Settings>;
