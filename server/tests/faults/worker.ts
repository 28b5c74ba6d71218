import { randomUUID } from 'node:crypto';
import type { Cluster } from './cluster.ts';
import { isIdle, leftovers, smallPhoto } from './disturbances.ts';
import { type Person, people } from './people.ts';
import { send } from './request.ts';
import { expectations, type Options, type Outcome, until } from './step.ts';

/** Kills the worker amid many queued jobs; the next one does what is left. */
export async function workerKilled(cluster: Cluster, { jobs }: Options): Promise<Outcome> {
  const { expect, problems } = expectations();
  const [alice] = await people(cluster.url, 'alice-worker', 1);
  if (!alice) throw new Error('Nobody signed up.');
  await cluster.worker().end('SIGKILL');
  const doneBefore = await countDone(cluster);
  const statuses = await uploadMany(cluster, alice, jobs);
  expect('uploads', statuses.filter((status) => status === 201).length, jobs);
  const ready = () => countReady(cluster, alice);

  await cluster.startWorker();
  await until(async () => (await ready()) >= jobs / 5, 60);
  await cluster.worker().end('SIGKILL');
  const doneThen = await ready();
  const killedAt = Date.now();
  await cluster.startWorker();
  expect('all jobs are done', await until(() => isIdle(cluster), 180), true);

  const seconds = ((Date.now() - killedAt) / 1000).toFixed(1);
  expect('pictures that are ready', await ready(), jobs);
  expect('jobs that are noted as done', (await countDone(cluster)) - doneBefore, jobs);
  if (doneThen >= jobs) problems.push('the worker was killed too late');
  problems.push(...(await leftovers(cluster)));
  const figures = `${jobs} jobs; killed after ${doneThen}, the rest done ${seconds} s later, each noted once, no dead letters`;
  return { figures, problems };
}

export async function uploadMany(
  { url }: Cluster,
  { token }: Person,
  count: number,
): Promise<number[]> {
  const photo = new Blob([new Uint8Array(await smallPhoto())]);
  const statuses: number[] = [];
  const one = async () => {
    while (statuses.length < count) {
      const place = statuses.push(0) - 1;
      const body = new FormData();
      body.append('file', photo, 'photo.jpg');
      const headers = { 'idempotency-key': randomUUID() };
      const answer = await send(`${url}/v2/media`, 'POST', { token, headers, body });
      statuses[place] = answer.status;
    }
  };
  await Promise.all(Array.from({ length: 4 }, one));
  return statuses;
}

export async function countReady({ database }: Cluster, { id }: Person): Promise<number> {
  const rows = await database
    .selectFrom('media')
    .select('id')
    .where('account_id', '=', id)
    .where('state', '=', 'ready')
    .execute();
  return rows.length;
}

export async function countDone({ database }: Cluster): Promise<number> {
  const rows = await database.selectFrom('done_events').select('event_id').execute();
  return rows.length;
}
