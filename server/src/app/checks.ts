import { statfs } from 'node:fs/promises';
import { redisBroadcast } from '../adapters/broadcast/redis.ts';
import { samplePhoto } from '../adapters/images/sample-photo.ts';
import { type IdUse, readIdUse } from '../db/ids.ts';
import { openApp } from './app.ts';
import { backupChecks } from './backup-check.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import { openIdentityProviders } from './identity-providers.ts';
import { idsLeft, tablesWithShortIds } from './ids-left.ts';
import { newLog } from './log.ts';
import { openMachines } from './machines.ts';
import { fewFilesNotice, openFileLimit } from './open-files.ts';
import { openPush } from './push.ts';
import { protectionOf } from './settings/mail-settings.ts';
import { openTexts } from './texts.ts';

/** One thing that must work, and what to do when it does not. */
export type Check = { name: string; isOk: boolean; detail: string };

const minFreeBytes = 1_000_000_000;

/** Checks everything that the server needs, one after the other; a broken one does not hide the next. */
export async function runChecks(): Promise<Check[]> {
  const node = { name: 'Node', isOk: true, detail: process.version };
  let config: Config;
  try {
    config = readConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [node, { name: 'configuration', isOk: false, detail: error.problems.join('\n') }];
  }
  const { env, dataDir, notices, olderNames } = config;
  const checks = [
    node,
    { name: 'configuration', isOk: true, detail: `${env}, data in ${dataDir}` },
    ...olderNames.map((name) => ({ name: 'older setting', isOk: true, detail: `read ${name}` })),
    // A key that pushes were sent with is missed; the other older names are only superfluous.
    ...notices.map(({ name, text: detail }) => ({
      name: `about ${name}`,
      isOk: name !== 'FCM_SERVER_KEY' || config.push.fcm !== null,
      detail,
    })),
  ];
  checks.push(await check('open files', openFiles));
  checks.push(await check('free space', () => freeSpace(config.dataDir)));
  checks.push(...(await databaseChecks(config)));
  // Opened apart from the database: a broken one must not hide what else is broken, and each check tells of its own.
  const log = await newLog({ ...config, logLevel: 'silent' });
  const { blobs, bus, cache, images, mailer } = await openMachines(config, { log });
  if (cache) checks.push(await check('Redis', () => cache.check().then(() => 'counts')));
  checks.push(await messageCheck(config));
  const place = config.s3 ? `bucket ${config.s3.bucket} at ${config.s3.endpoint}` : 'files';
  checks.push(
    await check('storage', () => blobs.check().then(() => `${place}: written, read and deleted`)),
  );
  checks.push(
    await check('image library', async () => {
      const { variants } = await images.makeVariants(await samplePhoto(1), {
        accountId: null,
      });
      return `made ${variants.map((v) => `${v.width}×${v.height}`).join(', ')}`;
    }),
  );
  const { twilio } = config.sms;
  const via = twilio ? `Twilio at ${twilio.baseUrl} knows the account` : 'files';
  const texts = openTexts(config, { now: () => new Date(), log });
  checks.push(await check('text messages', () => texts.check().then(() => via)));
  if (config.amqp) {
    const { queue } = config.amqp;
    checks.push(await check('broker', () => bus.check().then(() => `queue ${queue} is there`)));
  }
  const { server } = config.mail;
  const mailbox = server
    ? `${server.host}:${server.port} takes mail, ${protectionOf(server)}`
    : 'files in DATA_DIR/mail';
  checks.push(await check('mail', () => mailer.check().then(() => mailbox)));
  await mailer.close();
  for (const provider of await openIdentityProviders(config.identity, () => new Date())) {
    const answers = async () => ['answers', (await provider.check()) ?? []].flat().join('; ');
    checks.push(await check(`sign-in with ${provider.name}`, answers));
  }
  checks.push(...(await pushChecks(config)));
  checks.push(...(await backupChecks(config)));
  await bus.close();
  await cache?.close();
  await blobs.close();
  return checks;
}

/** Whether the database answers and has room; of one that does not answer, the first alone. */
async function databaseChecks(config: Config): Promise<Check[]> {
  let uses: IdUse[] | null = null;
  const database = await check('database', async () => {
    const app = await openApp({ ...config, logLevel: 'silent' });
    try {
      uses = await readIdUse(app.database, tablesWithShortIds);
    } finally {
      await app.close();
    }
    return `${config.databaseUrl.split(':')[0]}, schema up to date`;
  });
  const used = uses;
  return used === null ? [database] : [database, await check('ids', async () => idsLeft(used))];
}

/** How processes tell each other what may be lost. The table of a database is checked with its schema. */
function messageCheck({ redisUrl, databaseUrl }: Config): Promise<Check> {
  return check('messages between processes', async () => {
    if (redisUrl !== null) {
      await redisBroadcast({ url: redisUrl }).check();
      return 'Redis: published and received';
    }
    if (databaseUrl.startsWith('sqlite:')) return 'none, SQLite belongs to one process';
    return 'a table of the database, read twice a second; REDIS_URL makes it faster';
  });
}

/** What is not set up is not broken. */
async function pushChecks({ push }: Config): Promise<Check[]> {
  const senders = await openPush(push, { now: () => new Date() });
  const { apps, web } = senders;
  return [
    await check('pushes to apps', async () => {
      if (apps)
        return apps.check().then(() => `${push.fcm?.account.projectId}: Google gives tokens`);
      return 'not set up (FCM_SERVICE_ACCOUNT_FILE)';
    }),
    await check('pushes to browsers', async () => {
      if (web) return web.check().then(() => `signed as ${push.webPush?.vapid.subject}`);
      return 'not set up (“rookery keys” makes the keys)';
    }),
  ];
}

async function check(name: string, work: () => Promise<string>): Promise<Check> {
  try {
    return { name, isOk: true, detail: await work() };
  } catch (error) {
    return { name, isOk: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

async function openFiles(): Promise<string> {
  const limit = await openFileLimit();
  const notice = fewFilesNotice(limit);
  if (notice !== null) throw new Error(notice);
  return limit === null ? 'the system names no limit' : `up to ${limit}`;
}

async function freeSpace(folder: string): Promise<string> {
  const { bavail, bsize } = await statfs(folder);
  const bytes = bavail * bsize;
  const text = `${(bytes / 1e9).toFixed(1)} GB`;
  if (bytes < minFreeBytes) {
    throw new Error(
      `only ${text} are left at ${folder}. Make room, or set DATA_DIR to a larger disk.`,
    );
  }
  return text;
}
