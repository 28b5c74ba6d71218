import type { Database } from '../../src/db/database.ts';
import type { Cluster } from './cluster.ts';
import { isIdle, leftovers } from './disturbances.ts';
import { people } from './people.ts';
import { expectations, type Options, type Outcome, pause, until } from './step.ts';
import { countDone, countReady, uploadMany } from './worker.ts';

/** Makes due at once what would be handed to the broker again in some minutes. */
async function hurry(database: Database): Promise<void> {
  await database.kysely
    .updateTable('outbox')
    .set({ due_at: '2020-01-01T00:00:00.000Z' })
    .where('due_at', '>', new Date(Date.now() + 120_000).toISOString())
    .execute();
}

/** Deletes the queue with jobs in it. */
export async function queueDeleted(cluster: Cluster, options: Options): Promise<Outcome> {
  return jobsDeleted(cluster, options, () => cluster.queue.delete());
}

/** Deletes the vhost with the queue and all its jobs, and makes an empty one. */
export async function vhostDeleted(cluster: Cluster, options: Options): Promise<Outcome> {
  const { vhost, queue } = cluster;
  return jobsDeleted(cluster, options, async () => {
    await vhost.delete();
    await pause(options.outageSeconds * 1000);
    await vhost.create();
    await queue.reconnect();
  });
}

async function jobsDeleted(
  cluster: Cluster,
  { jobs }: Options,
  deleteThem: () => Promise<void>,
): Promise<Outcome> {
  const { expect, problems } = expectations();
  const { database, queue } = cluster;
  const [alice] = await people(cluster.url, `alice-${Date.now() % 1_000_000}`, 1);
  if (!alice) throw new Error('Nobody signed up.');
  await cluster.worker().end('SIGKILL');
  const doneBefore = await countDone(cluster);
  const statuses = await uploadMany(cluster, alice, jobs);
  expect('uploads', statuses.filter((status) => status === 201).length, jobs);
  await until(async () => (await queue.count()) >= jobs, 60);
  const deleted = await queue.count();

  await deleteThem();
  await cluster.startWorker();
  const isDone = async () => {
    await hurry(database);
    await pause(3000);
    return isIdle(cluster);
  };

  expect('all jobs are done', await until(isDone, 180), true);
  const ready = await countReady(cluster, alice);
  const done = (await countDone(cluster)) - doneBefore;
  expect('pictures that are ready', ready, jobs);
  expect('jobs that are noted as done', done, jobs);
  problems.push(...(await leftovers(cluster)));
  const figures = `${deleted} of ${jobs} jobs deleted; lost ${jobs - ready}, done ${done} times in all`;
  return { figures, problems };
}
