import cluster, { type Worker } from 'node:cluster';
import type { Logger } from 'pino';
import { minuteMs } from '../domain/durations.ts';
import { type Config, ConfigError } from './config.ts';

/** Processes that run this same command and share its port. */
export type Processes = {
  /** The port, once all of them listen. Rejects when one ends before that. */
  started: Promise<number>;
  /** Passes the wish to stop on, and resolves when all have ended. */
  stop(): Promise<void>;
};

/** A process that lived for so long did not fail at its start. */
const steadyMs = minuteMs;
const maxDelayMs = 10_000;

/** @throws ConfigError when the database belongs to one process alone */
export function requireServerDatabase(config: Config, what: string): void {
  if (!config.databaseUrl.startsWith('sqlite:')) return;
  throw new ConfigError([
    `${what} needs a server database, for SQLite belongs to one process alone. Set DATABASE_URL to postgres://… or mysql://…, or use plain “rookery start”.`,
  ]);
}

/** Whether this is one of several processes that another one started. */
export function isOneOfMany(): boolean {
  return cluster.isWorker;
}

/** Lets this process end when it has nothing left to do, although its parent process supervises it. */
export function leaveProcesses(): void {
  cluster.worker?.disconnect();
}

/** Starts the processes; from then on one that ends by itself is replaced, sooner the longer it lived. */
export function startProcesses(
  count: number,
  { http, metrics }: Pick<Config, 'http' | 'metrics'>,
  log: Logger,
): Processes {
  const { promise: started, resolve, reject } = Promise.withResolvers<number>();
  const delays = new Set<NodeJS.Timeout>();
  let isStopping = false;
  let hasStarted = false;
  let listening = 0;
  let failures = 0;
  // Process 0, 1 and so on; one that is replaced leaves its port for metrics to the next.
  function start(slot: number): void {
    const since = Date.now();
    const child = cluster.fork({
      PORT: http.port,
      ...(metrics && { METRICS_PORT: metrics.port + slot }),
    });
    child.once('listening', () => {
      listening += 1;
      if (listening === count) {
        hasStarted = true;
        resolve(http.port);
      }
    });
    child.once('exit', (code: number | null, signal: string | null) => {
      if (isStopping) return;
      const ended = { pid: child.process.pid, code, signal };
      if (hasStarted) replace(slot, ended, Date.now() - since);
      else reject(new Error('A process ended before all had started.'));
    });
  }

  function replace(slot: number, ended: object, livedMs: number): void {
    failures = livedMs > steadyMs ? 0 : failures + 1;
    const delayMs = Math.min(100 * 2 ** failures, maxDelayMs);
    log.error({ ...ended, delayMs }, 'a process ended by itself and is replaced');
    const delay = setTimeout(() => {
      delays.delete(delay);
      start(slot);
    }, delayMs);
    delays.add(delay);
  }

  for (let slot = 0; slot < count; slot += 1) start(slot);
  // A process that is told to stop while it starts does not ask.
  started.catch(() => {});
  return {
    started,
    async stop() {
      isStopping = true;
      for (const delay of delays) clearTimeout(delay);
      const children = Object.values(cluster.workers ?? {}).filter((child) => child !== undefined);
      await Promise.all(children.map(end));
    },
  };
}

async function end(child: Worker): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once('exit', () => resolve());
  child.process.kill('SIGTERM');
  await promise;
}
