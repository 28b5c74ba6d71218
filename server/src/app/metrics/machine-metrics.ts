import { Counter, Gauge, type Registry } from 'prom-client';
import { machineChannel, type Outage } from '../../adapters/machine-channel.ts';
import { type PoolLoad, poolChannel } from '../../adapters/pool.ts';
import type { Database } from '../../db/database.ts';
import { listenTo, type Stop } from '../listen-to.ts';

type Needs = { database: Database; countStreams: () => number };

/** How busy the process and its connections are, and how the machines outside are. */
export function machineMetrics(registry: Registry, { database, countStreams }: Needs): Stop[] {
  const connections = new Gauge({
    name: 'rookery_sql_connections',
    help: 'Connections to the database by state: busy, idle, or waiting (callers that wait for one).',
    labelNames: ['state'],
    registers: [],
    collect() {
      for (const [state, count] of Object.entries(database.load())) this.set({ state }, count);
    },
  });
  const streams = new Gauge({
    name: 'rookery_event_streams',
    help: 'Open connections of live events.',
    registers: [],
    collect() {
      this.set(countStreams());
    },
  });
  for (const gauge of [connections, streams]) registry.registerMetric(gauge);
  return [pools(registry), outages(registry)];
}

function pools(registry: Registry): Stop {
  const tasks = new Gauge({
    name: 'rookery_pool_tasks',
    help: 'Tasks of a bounded pool (passwords, images …) by state: running or waiting.',
    labelNames: ['pool', 'state'],
    registers: [registry],
  });
  return listenTo(poolChannel, ({ name: pool, running, waiting }: PoolLoad) => {
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
  const breakers = new Gauge({
    name: 'rookery_breaker_open',
    help: '1 while a machine is not asked because it failed too often.',
    labelNames: ['machine'],
    registers: [],
    collect() {
      const now = performance.now();
      for (const [machine, until] of restsUntil) this.set({ machine }, until > now ? 1 : 0);
    },
  });
  registry.registerMetric(breakers);
  return listenTo(machineChannel, ({ machine, restMs }: Outage) => {
    failures.inc({ machine });
    restsUntil.set(machine, performance.now() + restMs);
  });
}
