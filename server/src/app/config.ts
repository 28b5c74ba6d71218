import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { Value } from 'typebox/value';
import { checkAddress } from '../db/dialects.ts';
import { DatabaseError } from '../db/errors.ts';
import type { Letters } from '../domain/mails/templates/own-letters.ts';
import { makeDataFolder } from './data-folder.ts';
import { lettersOf } from './mail-templates.ts';
import { originOf } from './origins.ts';
import { bareHost, publicUrlNotices } from './public-url.ts';
import { checkSecretKey, keptSecretKey } from './secret-key.ts';
import { type BackupConfig, backupOf } from './settings/backup-settings.ts';
import { type Environment, type EnvironmentName, environments } from './settings/environments.ts';
import { type IdentityConfig, identityConfig } from './settings/identity-settings.ts';
import { type InstanceConfig, instanceOf } from './settings/instance-settings.ts';
import { type LiveConfig, liveConfigOf } from './settings/live-settings.ts';
import { type MailConfig, mailOf } from './settings/mail-settings.ts';
import { type MetricsConfig, metricsConfigOf } from './settings/metrics-settings.ts';
import { plainDatabaseUrl } from './settings/older-names.ts';
import { type Notice, translateOlderVariables } from './settings/older-variables.ts';
import { type PushConfig, pushOf } from './settings/push-settings.ts';
import { type S3Config, s3Of } from './settings/s3-settings.ts';
import { type Webauthn, webauthnOf } from './settings/second-factor-settings.ts';
import { type ServingConfig, servingConfigOf } from './settings/serving-settings.ts';
import { textOf, type Variables } from './settings/setting-text.ts';
import { urlProblem } from './settings/setting-urls.ts';
import { Settings } from './settings/settings.ts';
import { type SmsConfig, smsOf } from './settings/sms-settings.ts';
import { checkTogether, contractsOf, listOf } from './settings/together.ts';
import { type TracesConfig, tracesConfigOf } from './settings/traces-settings.ts';

/** How the program is set up, checked and grouped. Only this file reads the environment. */
export type Config = {
  env: EnvironmentName;
  /** People rely on this installation: staging and production. */
  isLive: boolean;
  /** Of `/v1`. */
  tokenLives: Environment['tokenLives'];
  http: {
    host: string;
    port: number;
    publicUrl: string | null;
    trustedProxies: string[];
    corsOrigins: string[];
    /** Web pages of this machine may call the server, on any port. */
    allowsLoopbackOrigins: boolean;
  };
  databaseUrl: string;
  databasePoolSize: number;
  /** The broker between processes; null when there is none. */
  amqp: { url: string; queue: string } | null;
  redisUrl: string | null;
  dataDir: string;
  secretKey: string;
  logLevel: NonNullable<Settings['LOG_LEVEL']>;
  /** Names of the contracts that are served. */
  contracts: string[];
  signUps: Settings['SIGNUPS'];
  hasRateLimits: boolean;
  hasStrictPasswords: boolean;
  media: { maxBytes: number; maxPixels: number; quotaBytes: number };
  /** Null: pictures are kept in files. */
  s3: S3Config;
  mail: MailConfig;
  /** The mails of each language. */
  letters: Letters;
  sms: SmsConfig;
  /** Who may vouch for people. */
  identity: IdentityConfig;
  webauthn: Webauthn;
  push: PushConfig;
  instance: InstanceConfig;
  live: LiveConfig;
  serving: ServingConfig;
  backup: BackupConfig;
  metrics: MetricsConfig;
  traces: TracesConfig;
  /** Threads that hashing and image work may use each. */
  concurrency: number;
  /** Names of older systems that were read: `DB_URI as DATABASE_URL`. */
  olderNames: string[];
  /** Told at the start and by `doctor`. */
  notices: Notice[];
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

/**
 * Reads the settings. Makes the data folder and, in embedded mode, the secret when they are missing.
 * @throws ConfigError with every problem at once
 */
export function readConfig(variables: Variables = process.env): Config {
  return configOf(variables, {});
}

/** The same settings, but for those given here, such as by flags. @throws ConfigError as `readConfig` */
export function readConfigWith(overriding: Variables): Config {
  return configOf(process.env, overriding);
}

/**
 * The same settings for a command that only looks at the program: nothing is written, and what it opens is in memory.
 * @throws ConfigError with every problem at once
 */
export function readPassingConfig(variables: Variables = process.env): Config {
  const passing = {
    SECRET_KEY: randomBytes(32).toString('hex'),
    SECRET_KEY_FILE: undefined,
    DATABASE_URL: 'sqlite::memory:',
    DATABASE_URL_FILE: undefined,
  };
  return { ...configOf(variables, passing, { isPassing: true }), logLevel: 'silent' };
}

function configOf(
  given: Variables,
  overriding: Variables,
  { isPassing = false }: { isPassing?: boolean } = {},
): Config {
  const problems: string[] = [];
  const { variables, read, notices: older } = translateOlderVariables(given, problems);
  const settings = readSettings({ ...variables, ...overriding }, problems);
  // Of an environment that is none, all that can be said is that it is none.
  const environment: Environment = environments[settings.ROOKERY_ENV] ?? environments.development;
  const { isLive, isSending, tokenLives } = environment;
  const dataDir = resolve(settings.DATA_DIR ?? environment.dataDir);
  const databaseUrl =
    plainDatabaseUrl(settings.DATABASE_URL ?? '') ?? `sqlite:${join(dataDir, 'rookery.sqlite')}`;
  const isEmbedded = databaseUrl.startsWith('sqlite:');
  if (problems.length === 0) checkDatabaseUrl(databaseUrl, problems);
  checkTogether(settings, isLive, problems);
  const notices = [...older, ...publicUrlNotices(settings, isLive, problems)];
  checkSecretKey(settings.SECRET_KEY, { isEmbedded }, problems);
  const s3 = s3Of(settings, problems);
  const mail = mailOf(settings, problems);
  const letters = lettersOf(settings.MAIL_TEMPLATES_DIR, problems);
  const sms = smsOf(settings, problems);
  const identity = identityConfig(settings, problems);
  const webauthn = webauthnOf(settings, problems);
  const push = pushOf(settings, problems);
  const backup = backupOf(settings, s3, problems);
  // Last: while anything is wrong nothing is written.
  if (problems.length === 0 && !isPassing) makeDataFolder(dataDir, { isEmbedded }, problems);
  const secretKey =
    settings.SECRET_KEY ?? (problems.length > 0 ? '' : keptSecretKey(dataDir, problems));
  if (problems.length > 0) throw new ConfigError([...new Set(problems)]);
  return {
    env: settings.ROOKERY_ENV,
    isLive,
    tokenLives,
    http: {
      host: bareHost(settings.HOST),
      port: settings.PORT,
      publicUrl: settings.PUBLIC_URL?.replace(/\/+$/, '') ?? null,
      trustedProxies: listOf(settings.TRUSTED_PROXIES),
      corsOrigins: listOf(settings.CORS_ORIGINS).map((origin) => originOf(origin) ?? origin),
      allowsLoopbackOrigins: !isLive,
    },
    databaseUrl,
    databasePoolSize: settings.DATABASE_POOL_SIZE,
    amqp: settings.AMQP_URL ? { url: settings.AMQP_URL, queue: settings.AMQP_QUEUE } : null,
    redisUrl: settings.REDIS_URL ?? null,
    dataDir,
    secretKey,
    logLevel: settings.LOG_LEVEL ?? environment.logLevel,
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
    letters,
    mail: isSending ? mail : { ...mail, server: null },
    sms: isSending ? sms : { ...sms, twilio: null },
    identity,
    webauthn,
    push: isSending ? push : { fcm: null, webPush: null },
    instance: instanceOf(settings),
    live: liveConfigOf(settings),
    serving: servingConfigOf(settings),
    backup,
    metrics: metricsConfigOf(settings),
    traces: tracesConfigOf(settings),
    concurrency: Math.max(2, availableParallelism()),
    olderNames: read,
    notices: isSending ? notices : [...notices, silence],
  };
}

const silence: Notice = {
  name: 'ROOKERY_ENV',
  text: 'ROOKERY_ENV=testing sends nothing: mails and text messages are files in DATA_DIR, pushes are left out.',
};

function readSettings(variables: Variables, problems: string[]): Settings {
  const given: Record<string, unknown> = {};
  const told = new Set<string>();
  for (const [name, schema] of Object.entries(Settings.properties)) {
    const text = textOf(name, { isSecret: 'x-secret' in schema }, variables, problems);
    if (text === undefined) continue;
    given[name] = 'type' in schema && schema.type === 'integer' ? numberOf(text) : text;
    const problem = isUrl(name) ? urlProblem(text) : null;
    if (problem === null) continue;
    told.add(name);
    problems.push(`${name} ${problem}. ${describe(schema)}`);
  }
  const complete = Value.Default(Settings, given);
  for (const error of Value.Errors(Settings, complete)) {
    const name = error.instancePath.slice(1);
    if (told.has(name)) continue;
    const description = describe(Settings.properties[name as keyof Settings]);
    const rule =
      'allowedValues' in error.params
        ? `must be one of ${[error.params.allowedValues].flat().join(', ')}`
        : error.message;
    problems.push(`${name} ${rule}. ${description}`.trim());
  }
  return complete as Settings;
}

function describe(schema: object | undefined): string {
  return schema && 'description' in schema ? String(schema.description) : '';
}

function isUrl(name: string): boolean {
  return /_(URL|ENDPOINT|ISSUER)$/.test(name);
}

/** Problems with an address that only show when the database is opened. */
function checkDatabaseUrl(url: string, problems: string[]): void {
  try {
    checkAddress(url);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    problems.push(error.message);
  }
}

function numberOf(text: string): number | string {
  return /^-?\d+$/.test(text) ? Number(text) : text;
}
