import { type Static, Type } from 'typebox';
import { environmentNames } from './environments.ts';
import { identitySettings } from './identity-settings.ts';
import { liveSettings } from './live-settings.ts';
import { mailSettings } from './mail-settings.ts';
import { pushSettings } from './push-settings.ts';
import { secondFactorSettings } from './second-factor-settings.ts';
import { smsSettings } from './sms-settings.ts';

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
        'Where clients reach the server, without a slash at the end: links in answers and mails begin so. Needed in production. Default: `http://HOST:PORT`, with `localhost` where `HOST` means all addresses.',
    }),
  ),
  ROOKERY_ENV: Type.Enum(environmentNames, {
    default: 'development',
    description:
      'What the installation is for, see below: `development`, `testing`, `staging` or `production`.',
  }),
  DATA_DIR: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'Folder for the embedded database, uploads and the generated secret. Default: `data`, in testing `data/testing`.',
    }),
  ),
  DATABASE_URL: Type.Optional(
    Type.String({
      pattern: '^(sqlite|postgres|postgresql|mysql|mariadb|cockroachdb)(\\+[a-z0-9_]+)?:.+$',
      'x-secret': true,
      description:
        'The database: `sqlite:FILE`, `postgres://user:password@host/name`, `mysql://…` (MariaDB too) or `cockroachdb://…`, with TLS by `?sslmode=verify-full` or `?ssl-mode=VERIFY_IDENTITY`. Default: `sqlite:DATA_DIR/rookery.sqlite`.',
    }),
  ),
  DATABASE_POOL_SIZE: Type.Integer({
    minimum: 1,
    maximum: 1000,
    default: 10,
    description: 'Connections that one process opens to a server database at most.',
  }),
  AMQP_URL: Type.Optional(
    Type.String({
      pattern: '^amqps?://.+$',
      'x-secret': true,
      description:
        'RabbitMQ (3.10 or newer) that carries events to the worker processes: `amqp://user:password@host/vhost`, or `amqps://…`. Without it workers find them in the database.',
    }),
  ),
  AMQP_QUEUE: Type.String({
    pattern: '^[A-Za-z0-9._-]{1,200}$',
    default: 'rookery.events',
    description:
      'Name of the queue at RabbitMQ. Two installations that share a broker need two names.',
  }),
  REDIS_URL: Type.Optional(
    Type.String({
      pattern: '^rediss?://.+$',
      'x-secret': true,
      description:
        'Where several processes count requests and wrong passwords together, and tell each other of news for live events: `redis://:password@host:6379/0`, or `rediss://…` for TLS. Without it each counts for itself, and news goes through the database.',
    }),
  ),
  SECRET_KEY: Type.Optional(
    Type.String({
      'x-secret': true,
      description:
        'Signs tokens; at least 32 random characters (`openssl rand -hex 32`). Without it the embedded mode makes one and keeps it in `DATA_DIR/secret-key`.',
    }),
  ),
  LOG_LEVEL: Type.Optional(
    Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'], {
      description:
        'How much is logged, as JSON lines on standard output. `debug` tells why requests were refused. Default: `debug` in development and testing, else `info`.',
    }),
  ),
  TRUSTED_PROXIES: Type.String({
    default: '',
    description:
      'Addresses or networks of proxies, separated by commas, whose `X-Forwarded-For` is believed: `127.0.0.1,10.0.0.0/8`.',
  }),
  CONTRACTS: Type.String({
    default: 'all',
    description:
      'Which contracts are served: `all`, or names separated by commas. `v2` is always served.',
  }),
  SIGNUPS: Type.Enum(['open', 'closed'], {
    default: 'open',
    description:
      'Whether anybody may make an account; when closed, only `rookery admin create` does, and who was invited.',
  }),
  RATE_LIMITS: Type.Enum(['on', 'off'], {
    default: 'on',
    description: '`off` is for load and conformance tests, and refused in production.',
  }),
  STRICT_PASSWORDS: Type.Enum(['true', 'false'], {
    default: 'false',
    description:
      'Whether the older contracts ask for passwords as strict as those of `/v2`. They promised shorter ones.',
  }),
  CORS_ORIGINS: Type.String({
    default: '',
    description:
      'Origins of web apps that may call the server, separated by commas: `https://app.example.com`, `capacitor://localhost`, `ionic://localhost`, `tauri://localhost`, `exp://192.168.1.5:8081`.',
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
      'Largest picture, in megapixels. Formats that cannot be decoded row by row (HEIC, AVIF, WebP, progressive JPEG, interlaced PNG) have lower limits, which bound memory: see docs/decisions/0029.',
  }),
  S3_ENDPOINT: Type.Optional(
    Type.String({
      pattern: '^https?://[^/?#]+/?$',
      description:
        'Keeps pictures in S3 rather than in files: the store’s address, such as `https://s3.eu-central-1.amazonaws.com`. Needs the bucket and both keys too.',
    }),
  ),
  S3_BUCKET: Type.Optional(
    Type.String({
      pattern: '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$',
      description: 'The bucket, for this server alone and without public access.',
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
      'Whether the bucket stands in the path of the store’s addresses (`true`) or in the host’s name (`false`).',
  }),
  S3_PUBLIC_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^/?#]+/?$',
      description:
        'Where clients reach the store. When set, pictures of published posts are answered by a redirect to an address there that is signed for five minutes; otherwise all go through the server.',
    }),
  ),
  MEDIA_QUOTA_MB: Type.Integer({
    minimum: 1,
    maximum: 1_000_000_000,
    default: 10_000,
    description: 'What one account may keep, in MB.',
  }),
  ...mailSettings,
  ...smsSettings,
  ...identitySettings,
  ...secondFactorSettings,
  ...pushSettings,
  ...liveSettings,
});

export type Settings = Static<typeof Settings>;
