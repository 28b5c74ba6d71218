import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { Value } from 'typebox/value';
import { contracts } from '../contracts/index.ts';
import { type IdentityConfig, identityConfig } from './identity-settings.ts';
import { type LiveConfig, liveConfigOf } from './live-settings.ts';
import { type MailConfig, mailOf } from './mail-settings.ts';
import { type PushConfig, pushOf } from './push-settings.ts';
import { type Webauthn, webauthnOf } from './second-factor-settings.ts';
import { Settings } from './settings.ts';
import { type SmsConfig, smsOf } from './sms-settings.ts';

/** How the program is set up, checked and grouped. Only this file reads the environment. */
export type Config = {
  env: Settings['ROOKERY_ENV'];
  http: {
    host: string;
    port: number;
    publicUrl: string | null;
    trustedProxies: string[];
    corsOrigins: string[];
  };
  databaseUrl: string;
  databasePoolSize: number;
  /** The broker between processes; null when there is none. */
  amqp: { url: string; queue: string } | null;
  redisUrl: string | null;
  dataDir: string;
  secretKey: string;
  logLevel: Settings['LOG_LEVEL'];
  /** Names of the contracts that are served. */
  contracts: string[];
  signUps: Settings['SIGNUPS'];
  hasRateLimits: boolean;
  hasStrictPasswords: boolean;
  media: { maxBytes: number; maxPixels: number; quotaBytes: number };
  /** Null: pictures are kept in files. */
  s3: {
    endpoint: string;
    bucket: string;
    region: string;
    accessKeyId: string;
    secretAccessKey: string;
    hasPathStyle: boolean;
    publicUrl: string | null;
  } | null;
  mail: MailConfig;
  sms: SmsConfig;
  /** Who may vouch for people. */
  identity: IdentityConfig;
  webauthn: Webauthn;
  push: PushConfig;
  live: LiveConfig;
  /** Threads that hashing and image work may use each. */
  concurrency: number;
};

/** What a person must change; `message` lists all of it. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : 'problems'}:\n${problems.map((p) => `  - ${p}`).join('\n')}`,
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings. Makes the data folder and, in embedded mode, the secret when they are missing.
 * @throws ConfigError with every problem at once
 */
export function readConfig(environment: Environment = process.env): Config {
  const problems: string[] = [];
  const settings = readSettings(environment, problems);
  const dataDir = resolve(settings.DATA_DIR);
  const databaseUrl =
    settings.DATABASE_URL ??
    translated(settings.DB_URI) ??
    `sqlite:${join(dataDir, 'rookery.sqlite')}`;
  checkTogether(settings, problems);
  const s3 = s3Of(settings, problems);
  const mail = mailOf(settings, problems);
  const sms = smsOf(settings, problems);
  const identity = identityConfig(settings, problems);
  const webauthn = webauthnOf(settings, problems);
  const push = pushOf(settings, problems);
  const secretKey =
    problems.length > 0 ? '' : secretOf(settings, { dataDir, databaseUrl }, problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    env: settings.ROOKERY_ENV,
    http: {
      host: settings.HOST,
      port: settings.PORT,
      publicUrl: settings.PUBLIC_URL?.replace(/\/+$/, '') ?? null,
      trustedProxies: listOf(settings.TRUSTED_PROXIES),
      corsOrigins: listOf(settings.CORS_ORIGINS),
    },
    databaseUrl,
    databasePoolSize: settings.DATABASE_POOL_SIZE,
    amqp: settings.AMQP_URL ? { url: settings.AMQP_URL, queue: settings.AMQP_QUEUE } : null,
    redisUrl: settings.REDIS_URL ?? null,
    dataDir,
    secretKey,
    logLevel: settings.LOG_LEVEL,
    contracts: contractsOf(settings),
    signUps: settings.SIGNUPS,
    hasRateLimits: settings.RATE_LIMITS === 'on',
    hasStrictPasswords: settings.STRICT_PASSWORDS === 'true',
    media: {
      maxBytes: settings.UPLOAD_MAX_MB * 1_000_000,
      maxPixels: settings.UPLOAD_MAX_MEGAPIXELS * 1_000_000,
      quotaBytes: settings.MEDIA_QUOTA_MB * 1_000_000,
    },
    s3,
    mail,
    sms,
    identity,
    webauthn,
    push,
    live: liveConfigOf(settings),
    concurrency: Math.max(2, availableParallelism()),
  };
}

/**
 * The same settings for a command that only looks at the program: nothing is written, and what it opens is in memory.
 * @throws ConfigError with every problem at once
 */
export function readPassingConfig(environment: Environment = process.env): Config {
  const { SECRET_KEY_FILE: _file, ...others } = environment;
  const secret = randomBytes(32).toString('hex');
  const passing = { ...others, SECRET_KEY: secret, DATABASE_URL: 'sqlite::memory:' };
  return { ...readConfig(passing), logLevel: 'silent' };
}

function readSettings(environment: Environment, problems: string[]): Settings {
  const given: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(Settings.properties)) {
    const text = textOf(name, schema, environment, problems);
    if (text === undefined || text === '') continue;
    given[name] = 'type' in schema && schema.type === 'integer' ? numberOf(text) : text;
  }
  const complete = Value.Default(Settings, given);
  for (const error of Value.Errors(Settings, complete)) {
    const name = error.instancePath.slice(1);
    const schema = Settings.properties[name as keyof Settings] as { description?: string };
    const rule =
      'allowedValues' in error.params
        ? `must be one of ${[error.params.allowedValues].flat().join(', ')}`
        : error.message;
    problems.push(`${name} ${rule}. ${schema?.description ?? ''}`.trim());
  }
  return complete as Settings;
}

/** The value itself, or for a secret the content of the file that `NAME_FILE` names. */
function textOf(
  name: string,
  schema: object,
  environment: Environment,
  problems: string[],
): string | undefined {
  const fileName = `${name}_FILE`;
  const path = 'x-secret' in schema ? environment[fileName] : undefined;
  if (path === undefined || path === '') return environment[name]?.trim();
  if (environment[name]) problems.push(`${name} and ${fileName} are both set. Keep one of them.`);
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    problems.push(`${fileName} names a file that cannot be read: ${reasonOf(error)}.`);
    return undefined;
  }
}

function numberOf(text: string): number | string {
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

function checkTogether(settings: Settings, problems: string[]): void {
  const known = contracts.map((contract) => contract.name);
  for (const name of contractsOf(settings)) {
    if (!known.includes(name)) {
      problems.push(`CONTRACTS names ${name}, which is none. Known are: all, ${known.join(', ')}.`);
    }
  }
  for (const proxy of listOf(settings.TRUSTED_PROXIES)) {
    if (!isNetwork(proxy)) {
      problems.push(
        `TRUSTED_PROXIES names ${proxy}, which is no address. Use the form 127.0.0.1,10.0.0.0/8.`,
      );
    }
  }
  for (const origin of listOf(settings.CORS_ORIGINS)) {
    if (!/^https?:\/\/[^/]+$/.test(origin)) {
      problems.push(
        `CORS_ORIGINS names ${origin}, which is no origin. Use the form https://app.example.com.`,
      );
    }
  }
  if (settings.ROOKERY_ENV !== 'production') return;
  if (settings.RATE_LIMITS === 'off') {
    problems.push('RATE_LIMITS=off is refused in production. Remove it, or set it to on.');
  }
  if (!settings.PUBLIC_URL) {
    problems.push(
      'PUBLIC_URL is needed in production: the address that clients use, such as https://example.com.',
    );
  }
}

/** All of the four, or none: half a setup would keep pictures where nobody looks for them. */
function s3Of(settings: Settings, problems: string[]): Config['s3'] {
  const {
    S3_ENDPOINT: endpoint,
    S3_BUCKET: bucket,
    S3_ACCESS_KEY_ID: accessKeyId,
    S3_SECRET_ACCESS_KEY: secretAccessKey,
    S3_PUBLIC_URL: publicUrl,
  } = settings;
  if (endpoint && bucket && accessKeyId && secretAccessKey) {
    return {
      endpoint,
      bucket,
      region: settings.S3_REGION,
      accessKeyId,
      secretAccessKey,
      hasPathStyle: settings.S3_FORCE_PATH_STYLE === 'true',
      publicUrl: publicUrl ?? null,
    };
  }
  const needed = ['S3_ENDPOINT', 'S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const;
  const missing = needed.filter((name) => !settings[name]);
  const given = [...needed, 'S3_PUBLIC_URL' as const].filter((name) => settings[name]);
  if (given.length > 0) {
    problems.push(
      `${given.join(', ')} ${given.length === 1 ? 'is' : 'are'} set, but ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not. To keep pictures in S3 set ${needed.join(', ')}; to keep them in files set none.`,
    );
  }
  return null;
}

const exampleSecrets = /change.?me|example|secret|password|12345678|abcdefgh|^(.)\1+$/i;

function secretOf(
  settings: Settings,
  { dataDir, databaseUrl }: { dataDir: string; databaseUrl: string },
  problems: string[],
): string {
  const given = settings.SECRET_KEY;
  if (given !== undefined) {
    if (exampleSecrets.test(given) || new Set(given).size < 10) {
      problems.push('SECRET_KEY looks like an example. Make one with: openssl rand -hex 32');
    }
    return given;
  }
  if (!databaseUrl.startsWith('sqlite:')) {
    problems.push(
      'SECRET_KEY is needed with a server database. Make one with: openssl rand -hex 32',
    );
    return '';
  }
  return keptSecret(dataDir, problems);
}

/** The secret of the embedded mode: made once, readable by its owner alone. */
function keptSecret(dataDir: string, problems: string[]): string {
  const path = join(dataDir, 'secret-key');
  let secret = '';
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    if (!existsSync(path)) writeSecret(path);
    secret = readFileSync(path, 'utf8').trim();
  } catch (error) {
    problems.push(
      `DATA_DIR=${dataDir} cannot be used: ${reasonOf(error)}. Choose a folder that can be written.`,
    );
    return '';
  }
  if (secret.length < 32) {
    problems.push(
      `${path} does not hold a secret. Delete it to have a new one made; everybody must then sign in again.`,
    );
  }
  return secret;
}

/** SQLAlchemy's form: the driver's name is dropped, and so is the character set, which is always UTF-8 here. */
function translated(uri: string | undefined): string | undefined {
  if (uri === undefined) return undefined;
  const plain = uri.replace(/^([a-z]+)\+[a-z0-9_]+:/, '$1:');
  if (!plain.includes('?')) return plain;
  const [address, query] = plain.split('?', 2);
  const options = new URLSearchParams(query);
  options.delete('charset');
  return options.size > 0 ? `${address}?${options.toString()}` : address;
}

/** Whole and on the disk before it has its name; of two programs that start at once, one writes and both read. */
function writeSecret(path: string): void {
  const unnamed = `${path}.${randomUUID()}`;
  const text = `${randomBytes(32).toString('hex')}\n`;
  writeFileSync(unnamed, text, { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(unnamed, path);
  } catch (error) {
    if (!existsSync(path)) throw error;
  } finally {
    rmSync(unnamed);
  }
}

/** An address, or one with the length of its network: `10.0.0.0/8`. */
function isNetwork(text: string): boolean {
  const [address = '', prefix = '0', ...rest] = text.split('/');
  const family = isIP(address);
  const maxPrefix = family === 4 ? 32 : 128;
  return (
    family !== 0 && rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= maxPrefix
  );
}

function contractsOf(settings: Settings): string[] {
  const names = listOf(settings.CONTRACTS);
  if (names.includes('all')) return contracts.map((contract) => contract.name);
  return [...new Set(['v2', ...names])];
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
