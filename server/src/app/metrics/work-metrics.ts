import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { type Fact, factChannel } from '../../db/facts.ts';
import { type MemoryUse, memoryChannel } from '../../domain/row-memory.ts';
import { type JobRun, jobChannel } from '../../jobs/worker.ts';
import { listenTo, type Stop } from '../listen-to.ts';

/** What people do, what follows from it, and what is remembered of it. */
export function workMetrics(registry: Registry): Stop[] {
  return [facts(registry), jobs(registry), memories(registry)];
}

function facts(registry: Registry): Stop {
  const registers = [registry];
  const events = new Counter({
    name: 'rookery_events_total',
    help: 'Events that this process has written, by topic: follows, likes, published posts and so on.',
    labelNames: ['topic'],
    registers,
  });
  const signUps = new Counter({
    name: 'rookery_sign_ups_total',
    help: 'Accounts that were created.',
    registers,
  });
  const logins = new Counter({
    name: 'rookery_logins_total',
    help: 'Sessions that were opened (ok), and passwords, codes and keys that were wrong (refused).',
    labelNames: ['outcome'],
    registers,
  });
  const posts = new Counter({
    name: 'rookery_posts_published_total',
    help: 'Posts that were published.',
    registers,
  });
  const uploads = new Counter({
    name: 'rookery_uploads_total',
    help: 'Files that were stored, by what they are for.',
    labelNames: ['purpose'],
    registers,
  });
  const actions: Record<string, () => void> = {
    'account.created': () => signUps.inc(),
    'session.opened': () => logins.inc({ outcome: 'ok' }),
    'session.refused': () => logins.inc({ outcome: 'refused' }),
  };
  for (const outcome of ['ok', 'refused']) logins.inc({ outcome }, 0);

  return listenTo(factChannel, ({ kind, name }: Fact) => {
    if (kind === 'upload') uploads.inc({ purpose: name });
    if (kind === 'action') actions[name]?.();
    if (kind !== 'event') return;
    events.inc({ topic: name });
    if (name === 'post.published') posts.inc();
  });
}

function jobs(registry: Registry): Stop {
  const durations = new Histogram({
    name: 'rookery_job_duration_seconds',
    help: 'Runs of jobs by subscriber and outcome: done, retried (failed, and repeated later) or dead.',
    labelNames: ['subscriber', 'outcome'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60],
    registers: [registry],
  });
  return listenTo(jobChannel, ({ subscriber, outcome, ms }: JobRun) =>
    durations.observe({ subscriber, outcome }, ms / 1000),
  );
}

function memories(registry: Registry): Stop {
  const registers = [registry];
  const labelNames = ['memory'];
  const lookUps = new Counter({
    name: 'rookery_memory_lookups_total',
    help: 'Rows that were looked for in memory, and whether they were there (hit) or read from SQL (miss).',
    labelNames: [...labelNames, 'outcome'],
    registers,
  });
  const sizes = new Gauge({
    name: 'rookery_memory_rows',
    help: 'Rows that are kept in memory.',
    labelNames,
    registers,
  });
  return listenTo(memoryChannel, ({ memory, hits, misses, size }: MemoryUse) => {
    lookUps.inc({ memory, outcome: 'hit' }, hits);
    lookUps.inc({ memory, outcome: 'miss' }, misses);
    sizes.set({ memory }, size);
  });
}
