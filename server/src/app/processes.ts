import cluster, { type Worker } from 'node:cluster';
import type { Logger } from 'pino';
import { minuteMs } from '../domain/durations.ts';
import { type Config, ConfigError } from './config.ts';

/** Processes that run this same command and share its port. */
export type Processes = {
  /** The port, once all of them listen. Rejects when one ends before that. */
  started: Promise<number>;
  /** Replaces each process by a new one, one after the other: the next ends when the new one listens. */
  restart(): Promise<void>;
  /** Passes the wish to stop on, and resolves when all have ended. */
  stop(): Promise<void>;
};

/** A process that lived for so long did not fail at its start. */
const steadyMs = minuteMs;
const maxDelayMs = 10_000;
/** One that ends without an error so soon has not understood something. */
const wishedMs = 5000;

type Ended = { pid: number | undefined; code: number | null; signal: string | null };

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
  /** With the place of each among the ports for metrics. */
  const children = new Map<Worker, number>();
  /** Those that are to end. */
  const leaving = new Set<Worker>();
  let restarting: Promise<void> | undefined;
  let isStopping = false;
  let hasStarted = false;
  let listening = 0;
  let failures = 0;
  function start(): Worker {
    const since = Date.now();
    const slot = freeSlot([...children.values()]);
    const child = cluster.fork({
      PORT: http.port,
      ...(metrics && { METRICS_PORT: metrics.port + slot }),
    });
    children.set(child, slot);
    child.once('listening', () => {
      listening += 1;
      if (listening === count) {
        hasStarted = true;
        resolve(http.port);
      }
    });
    child.once('exit', (code: number | null, signal: string | null) => {
      children.delete(child);
      if (isStopping || leaving.delete(child)) return;
      if (hasStarted) replace({ pid: child.process.pid, code, signal }, Date.now() - since);
      else reject(new Error('A process ended before all had started.'));
    });
    return child;
  }

  async function restartAll(): Promise<void> {
    log.info({ processes: count }, 'restarting one process after the other');
    const before = [...children.keys()];
    for (const old of before) {
      if (isStopping) return;
      const next = start();
      // One that does not come up is not to be tried forever, and the old ones work.
      leaving.add(next);
      if (!(await isListening(next))) {
        return log.error({}, 'a new process did not start; the old ones go on');
      }
      leaving.delete(next);
      leaving.add(old);
      await end(old);
    }
    log.info({ processes: count }, 'all processes were restarted');
  }

  function replace(ended: Ended, livedMs: number): void {
    // Somebody has asked this one process to end; that is no failure.
    const isWished = ended.code === 0 && livedMs > wishedMs;
    failures = isWished || livedMs > steadyMs ? 0 : failures + 1;
    const delayMs = isWished ? 0 : Math.min(100 * 2 ** failures, maxDelayMs);
    const what = isWished ? 'a process was asked to end' : 'a process ended by itself';
    log[isWished ? 'info' : 'error']({ ...ended, delayMs }, `${what} and is replaced`);
    const delay = setTimeout(() => {
      delays.delete(delay);
      start();
    }, delayMs);
    delays.add(delay);
  }

  for (let i = 0; i < count; i += 1) start();
  // A process that is told to stop while it starts does not ask.
  started.catch(() => {});
  return {
    started,
    restart() {
      restarting ??= restartAll().finally(() => {
        restarting = undefined;
      });
      return restarting;
    },
    async stop() {
      isStopping = true;
      for (const delay of delays) clearTimeout(delay);
      await Promise.all([...children.keys()].map(end));
    },
  };
}

/** During a restart there is one process more than usual. */
function freeSlot(taken: readonly number[]): number {
  let slot = 0;
  while (taken.includes(slot)) slot += 1;
  return slot;
}

/** Whether a new process listens; false when it ended before that. */
async function isListening(child: Worker): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  child.once('listening', () => resolve(true));
  child.once('exit', () => resolve(false));
  return promise;
}

async function end(child: Worker): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (child.isDead()) return;
  child.once('exit', () => resolve());
  child.process.kill('SIGTERM');
  await promise;
}
