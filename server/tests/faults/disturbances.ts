import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { aPhoto } from '../support/given.ts';
import type { Cluster } from './cluster.ts';
import type { FaultyDatabase } from './faulty-database.ts';
import { startLoad } from './load.ts';
import { people } from './people.ts';
import { watchReadiness } from './readiness.ts';
import { send } from './request.ts';
import { expectations, type Options, type Outcome, pause, until } from './step.ts';

/** How much longer than before the fault anybody may wait for an answer: a machine that does other things is slow without it. */
const limitMs = 3000;
/** A database that says nothing is waited for as long as `REQUEST_DEADLINE_MS` says. */
const frozenLimitMs = 7000 + limitMs;
const clients = 16;

/** Breaks a service, waits, and mends it. */
type Fault = (cluster: Cluster, options: Options) => Promise<void>;

export const disturbances: Record<string, Fault> = {
  async 'database-crash'({ server }, { outageSeconds }) {
    await server.crash();
    await pause(outageSeconds * 1000);
    await server.start();
  },
  async 'database-frozen'({ server }, { outageSeconds }) {
    await server.freeze();
    await pause(outageSeconds * 1000);
    await server.thaw();
  },
  'database-read-only': ({ server }, options) =>
    spoiled(server, () => server.makeReadOnly(), options),
  'database-login': ({ server }, options) => spoiled(server, () => server.lockOut(), options),
  'database-connections': ({ server }, options) =>
    spoiled(server, () => server.limitConnections(), options),
  async 'disk-full'({ smallDisk }, { outageSeconds }) {
    if (smallDisk === null) throw new Error('Only root may mount a small disk.');
    const filler = join(smallDisk, 'filler');
    await writeFile(filler, Buffer.alloc(50_000_000)).catch(() => {});
    await pause(outageSeconds * 1000);
    await rm(filler);
  },
  async redis({ redis }, { outageSeconds }) {
    await redis.stop();
    await pause(outageSeconds * 1000);
    await redis.start();
  },
  async 'redis-flush'({ redis }) {
    await redis.command('FLUSHALL');
  },
  async rabbitmq({ broker }, { brokerSeconds }) {
    await broker.close();
    await pause(brokerSeconds * 1000);
    await broker.open();
  },
  async 'web-killed'(cluster, { outageSeconds }) {
    await cluster.webs[0]?.end('SIGKILL');
    await pause(outageSeconds * 1000);
    await cluster.startWeb(0);
  },
  async 'worker-killed'(cluster, { outageSeconds }) {
    await cluster.worker().end('SIGKILL');
    await pause(outageSeconds * 1000);
    await cluster.startWorker();
  },
  async smtp(cluster, { outageSeconds }) {
    await cluster.mail.stop();
    await signUpByMail(cluster, 4);
    await pause(outageSeconds * 1000);
    await cluster.mail.start();
  },
  async s3(cluster, { outageSeconds }) {
    await cluster.signalStore('SIGSTOP');
    await pause(outageSeconds * 1000);
    await cluster.signalStore('SIGCONT');
  },
};

async function spoiled(
  server: FaultyDatabase,
  spoil: () => Promise<void>,
  { outageSeconds }: Options,
): Promise<void> {
  await spoil();
  await pause(outageSeconds * 1000);
  await server.mend();
}

/** Each gets one mail. */
async function signUpByMail({ url }: Cluster, count: number): Promise<void> {
  for (let i = 1; i <= count; i += 1) {
    const name = `bob-mail-${i}`;
    const body = { username: name, password: 'bob-likes-dunes', email: `${name}@example.com` };
    await send(`${url}/v2/accounts`, 'POST', { body });
  }
}

/** Load before, during and after a fault. */
export async function underLoad(
  cluster: Cluster,
  name: string,
  options: Options,
): Promise<Outcome> {
  const { expect, problems } = expectations();
  const crowd = await people(cluster.url, `carla-${name}`, clients);
  const load = startLoad(cluster, crowd, await smallPhoto());
  const mailsBefore = cluster.mail.received.length;
  await pause(options.seconds * 1000);
  const brokenAt = Date.now();
  const readiness = watchReadiness(cluster.webUrls);
  await disturbances[name]?.(cluster, options);
  const mendedAt = Date.now();
  await pause(options.seconds * 1000);
  const probes = await readiness.end();
  await load.end();
  expect('all jobs are done', await until(() => isIdle(cluster), 90), true);
  const checked = await load.check();
  problems.push(...checked.problems, ...(await leftovers(cluster)));
  const usual = load.recorded.summary({ to: brokenAt });
  const seen = load.recorded.summary({ from: brokenAt });
  // nginx knows what was under way at a killed process only as cut: one request of each client at most.
  const cut = name === 'web-killed' ? clients : 0;
  if (seen.wrong > cut) problems.push(`neither success nor 503 with Retry-After: ${seen.statuses}`);
  const longest = usual.maxMs + (name === 'database-frozen' ? frozenLimitMs : limitMs);
  if (seen.maxMs > longest) problems.push(`the slowest took ${seen.maxMs} ms (${seen.slowest})`);
  if (probes.isLate) problems.push(`/readyz took ${probes.longestMs} ms`);
  for (const web of cluster.webs) expect('a web process ended', web.process.exitCode, null);
  const mails = cluster.mail.received.length - mailsBefore;
  if (name === 'smtp') expect('mails', mails, 4);
  const kept = `${checked.posts} posts, ${checked.likes} likes, ${checked.uploads} uploads`;
  const back = `well ${load.recorded.troubledFor(mendedAt).toFixed(1)} s after`;
  const figures = [
    `lost ${checked.lost}, doubled ${checked.doubled} of ${kept}`,
    `${seen.succeeded} done, ${seen.unavailable} × 503, ${seen.wrong} other`,
    `longest ${seen.maxMs} ms (${seen.slowest}), before ${usual.maxMs} ms; p50 ${seen.p50Ms} p99 ${seen.p99Ms} ms`,
    `/readyz ${probes.seen}, longest ${probes.longestMs} ms`,
    back,
  ];
  return { figures: figures.join(' | '), problems };
}

/** Whether nothing waits in the database or at the broker. */
export async function isIdle({ database, queue }: Cluster): Promise<boolean> {
  const waiting = await database.selectFrom('outbox').select('id').execute();
  const processing = await database
    .selectFrom('media')
    .select('id')
    .where('state', '=', 'processing')
    .execute();
  return waiting.length === 0 && processing.length === 0 && (await queue.count()) === 0;
}

/** Jobs that came to a bad end. */
export async function leftovers({ database, queue }: Cluster): Promise<string[]> {
  const { expect, problems } = expectations();
  const failed = await database
    .selectFrom('media')
    .select('id')
    .where('state', '=', 'failed')
    .execute();
  expect('pictures that failed', failed.length, 0);
  expect('dead letters', await queue.count('.dead'), 0);
  return problems;
}

export async function smallPhoto(): Promise<Uint8Array> {
  return sharp(await aPhoto())
    .resize(400)
    .jpeg()
    .toBuffer();
}
