import { performance } from 'node:perf_hooks';
import { type Address, Connection, type WireRequest, type WireResponse } from './connection.ts';
import { type Child, cpuMicroseconds } from './processes.ts';

/** A request that is sent again and again, and what a right answer to it looks like. */
export type Load = {
  name: string;
  /** The n-th request. */
  request(n: number): WireRequest;
  /** What is wrong with the answer to the n-th request; null when nothing is. Must be cheap. */
  fault(response: WireResponse, n: number): string | null;
  /** Waits for work that the requests left behind, so that its CPU counts too. */
  settle?(): Promise<void>;
};

export type Result = {
  name: string;
  requests: number;
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** User and system time of the server's process, all threads; null where it cannot be read. */
  cpuUsPerRequest: number | null;
  faults: number;
  firstFault: string | null;
};

type Pace = { seconds: number; warmUpSeconds: number; concurrency: number };

/** Warms a load up and measures it. */
export async function measure(load: Load, server: Child, pace: Pace): Promise<Result> {
  const { concurrency } = pace;
  const connections = await openAll(server.address, concurrency);
  const counter = { next: 0 };
  await drive(load, connections, { counter, seconds: pace.warmUpSeconds });
  await load.settle?.();
  const cpuBefore = cpuMicroseconds(server.pid);
  const seen = await drive(load, connections, { counter, seconds: pace.seconds });
  await load.settle?.();
  const cpuAfter = cpuMicroseconds(server.pid);
  for (const connection of connections) connection.close();

  const requests = seen.latenciesMs.length;
  const sorted = Float64Array.from(seen.latenciesMs).sort();
  return {
    name: load.name,
    requests,
    requestsPerSecond: requests / seen.tookSeconds,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    cpuUsPerRequest:
      cpuBefore === null || cpuAfter === null ? null : (cpuAfter - cpuBefore) / requests,
    faults: seen.faults,
    firstFault: seen.firstFault,
  };
}

function openAll(address: Address, count: number): Promise<Connection[]> {
  return Promise.all(Array.from({ length: count }, () => Connection.open(address)));
}

async function drive(
  load: Load,
  connections: readonly Connection[],
  { counter, seconds }: { counter: { next: number }; seconds: number },
) {
  const latenciesMs: number[] = [];
  let faults = 0;
  let firstFault: string | null = null;
  const start = performance.now();
  const end = start + seconds * 1000;

  async function repeat(connection: Connection): Promise<void> {
    while (performance.now() < end) {
      const n = counter.next;
      counter.next += 1;
      const sent = performance.now();
      const response = await connection.send(load.request(n));
      latenciesMs.push(performance.now() - sent);
      const fault = load.fault(response, n);
      if (fault === null) continue;
      faults += 1;
      firstFault ??= `${fault} (status ${response.status}): ${response.body.toString('utf8', 0, 300)}`;
    }
  }

  await Promise.all(connections.map(repeat));
  return { latenciesMs, faults, firstFault, tookSeconds: (performance.now() - start) / 1000 };
}

function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
