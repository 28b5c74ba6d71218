import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect } from 'amqplib';
import { sql } from 'kysely';
import { type Database, openDatabase } from '../src/db/database.ts';
import { migrateUp } from '../src/db/migrate.ts';

type Options = {
  /** Address of a server; its database is only connected to. */
  database: string;
  /** How many events each run begins with. */
  events: number;
  /** Address of a broker; null: without one. */
  broker: string | null;
  say: (line: string) => void;
};

type Kind = 'media.uploaded' | 'post.liked';

const kinds: Record<string, Kind> = { alone: 'media.uploaded', together: 'post.liked' };
const workerCounts = [1, 2, 4];

/** How many events a second go through the outbox, with one, two and four processes. A table as Markdown. */
export async function benchOutbox({
  database: serverUrl,
  events,
  broker,
  say,
}: Options): Promise<string> {
  const name = `rookery_bench_outbox_${process.pid}`;
  const url = Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href;
  const admin = openDatabase(serverUrl, 1, { isPatient: true });
  const lines = ['| events | 1 worker | 2 workers | 4 workers |', '|---|---:|---:|---:|'];
  await sql`create database ${sql.id(name)}`.execute(admin.kysely);
  try {
    const database = openDatabase(url, 2, { isPatient: true });
    await migrateUp(database);
    for (const [title, topic] of Object.entries(kinds)) {
      const rates: number[] = [];
      for (const workers of workerCounts) {
        say(`${title}, ${workers}`);
        await fill(database, topic, events);
        rates.push(await rateOf({ url, workers, events, broker }));
      }
      lines.push(`| ${title} | ${rates.map((rate) => rate.toFixed(0)).join(' | ')} |`);
    }
    await database.close();
  } finally {
    await sql`drop database ${sql.id(name)}`.execute(admin.kysely);
    await admin.close();
  }
  return lines.join('\n');
}

/** Events as they are after their commit. */
async function fill(database: Database, topic: Kind, count: number): Promise<void> {
  const at = new Date().toISOString();
  const rowOf = (id: number) => ({
    id,
    topic,
    payload: '{"postId":1,"accountId":1,"mediaId":1}',
    subscriber: null,
    event_id: id,
    attempts: 0,
    claims: 0,
    due_at: at,
    set_aside_at: null,
    last_error: null,
    created_at: at,
    request_id: null,
    trace_parent: null,
  });
  await database.transaction(async (tx) => {
    await tx.deleteFrom('outbox').execute();
    await tx.deleteFrom('done_events').execute();
    for (let first = 1; first <= count; first += 1000) {
      const size = Math.min(1000, count - first + 1);
      const rows = Array.from({ length: size }, (_, i) => rowOf(first + i));
      await tx.insertInto('outbox').values(rows).execute();
    }
  });
  if (database.engine !== 'mysql') await sql`vacuum analyze outbox`.execute(database.kysely);
}

type Run = { url: string; workers: number; events: number; broker: string | null };

/** Events a second, from the moment that all workers begin to the last event. */
async function rateOf({ url, workers, events, broker }: Run): Promise<number> {
  const queue = `rookery.bench.${randomUUID()}`;
  const environment = {
    ...process.env,
    BENCH_DATABASE: url,
    BENCH_BROKER: broker ?? '',
    BENCH_QUEUE: queue,
  };
  const file = join(import.meta.dirname, 'outbox-worker.ts');
  const children = Array.from({ length: workers }, () =>
    spawn(process.execPath, [file], { env: environment, stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  const handled = children.map(() => 0);
  const { promise: isDone, resolve: end } = Promise.withResolvers<void>();
  const ready = children.map((child, i) =>
    listen(child, (count) => {
      handled[i] = count;
      if (handled.reduce((sum, each) => sum + each, 0) >= events) end();
    }),
  );
  await Promise.all(ready);
  const since = performance.now();
  for (const child of children) child.stdin?.write('go\n');
  await isDone;
  const seconds = (performance.now() - since) / 1000;
  await Promise.all(children.map(stop));
  if (broker) await deleteQueue(broker, queue);
  return events / seconds;
}

async function deleteQueue(broker: string, queue: string): Promise<void> {
  const connection = await connect(broker);
  const channel = await connection.createChannel();
  for (const name of [queue, `${queue}.dead`]) await channel.deleteQueue(name);
  await connection.close();
}

/** Resolves when a worker is ready, and tells from then on how much it has handled. */
function listen(child: ChildProcess, tell: (count: number) => void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (!child.stdout) throw new Error('The worker has no output.');
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === 'ready') resolve();
    else tell(Number(line));
  });
  return promise;
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'exit');
}
