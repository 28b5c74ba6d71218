import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Database } from '../../db/database.ts';
import type { Now } from '../../domain/ports.ts';
import type { MetricsConfig } from '../settings/metrics-settings.ts';
import { type BackupTimes, backupMetrics } from './backup-metrics.ts';
import { httpMetrics } from './http-metrics.ts';
import { machineMetrics } from './machine-metrics.ts';
import { serveMetrics } from './metrics-server.ts';
import { outboxMetrics } from './outbox-metrics.ts';
import { workMetrics } from './work-metrics.ts';

/** What the process measures of itself, for Prometheus (docs/decisions/0043). */
export type Metrics = {
  /** Counts the requests of a server from now on. */
  watchHttp(server: FastifyInstance): void;
  close(): Promise<void>;
};

/** Of the library: gauges whose names end like those of counters. Others have the same by type. */
const misnamed = ['handles', 'requests', 'resources'].map((what) => `nodejs_active_${what}_total`);

type Needs = {
  address: NonNullable<MetricsConfig>;
  database: Database;
  now: Now;
  /** How many live connections are open. */
  countStreams: () => number;
  /** When backups were made; null: Rookery makes none. */
  readBackups: (() => Promise<BackupTimes>) | null;
};

/**
 * Measures from now on, and shows it on a port of its own.
 * @throws SetupError when the port cannot be had
 */
export async function openMetrics({
  address,
  database,
  now,
  countStreams,
  readBackups,
}: Needs): Promise<Metrics> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of misnamed) registry.removeSingleMetric(name);
  new Gauge({
    name: 'rookery_info',
    help: 'Which Node and which database.',
    labelNames: ['node', 'database'],
    registers: [registry],
  }).set({ node: process.version, database: database.engine }, 1);
  const watchHttp = httpMetrics(registry);
  outboxMetrics(registry, database, () => now().getTime());
  const stops = [
    ...workMetrics(registry),
    ...machineMetrics(registry, { database, countStreams }),
    backupMetrics(registry, readBackups, () => now().getTime()),
  ];
  const server = await serveMetrics(registry, address);
  return {
    watchHttp,
    async close() {
      for (const stop of stops) stop();
      await server.close();
    },
  };
}
