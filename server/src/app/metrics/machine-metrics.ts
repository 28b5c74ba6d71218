import { Counter, Gauge, type Registry } from 'prom-client';
import { machineChannel, type Outage } from '../../adapters/machine-channel.ts';
import { type PoolLoad, poolChannel } from '../../adapters/pool.ts';
import type { Database } from '../../db/database.ts';
import { listenTo, type Stop } from './listen-to.ts';

type Needs = { database: Database; countStreams: () => number };

/** How busy the process and its connections are, and how the machines outside are. */
export function machineMetrics(registry: Registry, { database, countStreams }: Needs): Stop[] {
  new Gauge({
    name: 'rookery_sql_connections',
    help: 'Connections to the database by state: busy, idle, or waiting (callers that wait for one).',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      for (const [state, count] of Object.entries(database.load())) this.set({ state }, count);
    },
  });
  new Gauge({
    name: 'rookery_event_streams',
    help: 'Open connections of live events.',
    registers: [registry],
    collect() {
      this.set(countStreams());
    },
  });
  return [pools(registry), outages(registry)];
}

function pools(registry: Registry): Stop {
  const tasks = new Gauge({
    name: 'rookery_pool_tasks',
    help: 'Tasks of a bounded pool (passwords, images …) by state: running or waiting.',
    labelNames: ['pool', 'state'],
    registers: [registry],
  });
  return listenTo<PoolLoad>(poolChannel, ({ name: pool, running, waiting }) => {
    tasks.set({ pool, state: 'running' }, running);
    tasks.set({ pool, state: 'waiting' }, waiting);
  });
}

function outages(registry: Registry): Stop {
  const restsUntil = new Map<string, number>();
  const failures = new Counter({
    name: 'rookery_outages_total',
    help: 'Failures of machines outside: mail, Redis, RabbitMQ, S3, the database and others.',
    labelNames: ['machine'],
    registers: [registry],
  });
  new Gauge({
    name: 'rookery_breaker_open',
    help: '1 while a machine is not asked because it failed too often.',
    labelNames: ['machine'],
    registers: [registry],
    collect() {
      const now = performance.now();
      for (const [machine, until] of restsUntil) this.set({ machine }, until > now ? 1 : 0);
    },
  });
  return listenTo<Outage>(machineChannel, ({ machine, restMs }) => {
    failures.inc({ machine });
    restsUntil.set(machine, performance.now() + restMs);
  });
}
