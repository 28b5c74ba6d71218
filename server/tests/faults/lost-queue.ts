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
export async function queueDeleted(cluster: Cluster, { jobs }: Options): Promise<Outcome> {
  const { expect, problems } = expectations();
  const { database, queue } = cluster;
  const [alice] = await people(cluster.url, 'alice-queue', 1);
  if (!alice) throw new Error('Nobody signed up.');
  await cluster.worker().end('SIGKILL');
  const doneBefore = await countDone(cluster);
  const statuses = await uploadMany(cluster, alice, jobs);
  expect('uploads', statuses.filter((status) => status === 201).length, jobs);
  await until(async () => (await queue.count()) >= jobs, 60);
  const deleted = await queue.count();

  await queue.delete();
  await cluster.startWorker();
  const isDone = async () => {
    await hurry(database);
    await pause(3000);
    return isIdle(cluster);
  };

  expect('all jobs are done', await until(isDone, 180), true);
  expect('pictures that are ready', await countReady(cluster, alice), jobs);
  expect('jobs that are noted as done', (await countDone(cluster)) - doneBefore, jobs);
  problems.push(...(await leftovers(cluster)));
  return { figures: `${deleted} of ${jobs} jobs deleted with the queue; each done once`, problems };
}
