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
  /** How much the answer to the n-th request holds, where loads are compared by that. */
  items?(n: number): number;
  /** Waits for work that the requests left behind, so that its CPU counts too. */
  settle?(): Promise<void>;
  /** Of how many requests that work is done so far; tells what the requests alone cost. */
  countSettled?(): Promise<number>;
  /** Begins what disturbs the requests; gives what ends it. Each turn is then measured without it as well. */
  disturb?(): () => Promise<void>;
};

/** A load of an older contract, and one of `/v2` that gives its clients the same. */
export type LoadPair = { older: Load; v2: Load };

export type Result = {
  name: string;
  requests: number;
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** User and system time of the server and the processes that it has started; null where it cannot be read. */
  cpuUsPerRequest: number | null;
  /** The same up to the answer, without the work that follows; null where that is not counted. */
  cpuUsBeforeJobs: number | null;
  /** The 99th percentile while nothing disturbed the requests; null where nothing does. */
  quietP99Ms: number | null;
  /** The same of the database server, for this database alone; null where there is none. */
  databaseUsPerRequest: number | null;
  /** Null where they are not counted. */
  itemsPerRequest: number | null;
  faults: number;
  firstFault: string | null;
  /** What it is compared with. */
  counterpart?: Result;
  /** The same load on another version of the program, in turns with this one. */
  beside?: Result;
};

/** A load and the server that it is sent to. */
export type Side = { load: Load; server: Child };

/** What a turn has seen. */
type Seen = {
  latenciesMs: number[];
  items: number;
  tookSeconds: number;
  cpuUs: number | null;
  databaseUs: number | null;
  /** Up to the last answer, and how many requests were settled by then. */
  answered: { cpuUs: number; settled: number } | null;
  quietMs: number[];
  faults: number;
  firstFault: string | null;
};

export type Pace = { seconds: number; warmUpSeconds: number; concurrency: number };

/** Warms a load up and measures it. */
export function measure(load: Load, server: Child, pace: Pace): Promise<Result[]> {
  return measureInTurns([{ load, server }], { ...pace, turns: 1 });
}

/** Measures a load of `/v2` and one of an older contract, which knows the other afterwards. */
export async function measurePair(
  { v2, older }: LoadPair,
  server: Child,
  pace: Pace & { turns: number },
): Promise<Result[]> {
  const sides = [v2, older].map((load) => ({ load, server }));
  const [counterpart, own] = await measureInTurns(sides, pace);
  return counterpart && own ? [counterpart, { ...own, counterpart }] : [];
}

/** Measures the same load on two versions of the program. */
export async function measureBeside(
  own: Side,
  other: Side,
  pace: Pace & { turns: number },
): Promise<Result[]> {
  const [beside, result] = await measureInTurns([other, own], pace);
  return beside && result ? [{ ...result, beside }] : [];
}

/**
 * Warms loads up and measures them by turns, so that whatever else the machine does falls on all of them alike. Each is
 * measured for all seconds of the pace.
 */
async function measureInTurns(
  sides: readonly Side[],
  { concurrency, warmUpSeconds, seconds, turns }: Pace & { turns: number },
): Promise<Result[]> {
  const runs = await Promise.all(
    sides.map(async ({ load, server }) => {
      const connections = await openAll(server.address, concurrency);
      return { load, server, connections, counter: { next: 0 }, seen: [] as Seen[] };
    }),
  );
  for (const { load, connections, counter } of runs) {
    await drive(load, connections, { counter, seconds: warmUpSeconds });
    await load.settle?.();
  }
  for (let turn = 0; turn < turns; turn += 1) {
    for (const { load, server, connections, counter, seen } of runs) {
      seen.push(await takeTurn({ load, server, connections, counter }, seconds / turns));
    }
  }
  for (const connection of runs.flatMap((run) => run.connections)) connection.close();
  return runs.map(({ load, seen }) => resultOf(load, seen));
}

type Run = Side & { connections: readonly Connection[]; counter: { next: number } };

async function takeTurn(
  { load, server, connections, counter }: Run,
  seconds: number,
): Promise<Seen> {
  const spend = () => cpuMicroseconds(server.pid);
  const quiet = load.disturb ? await drive(load, connections, { counter, seconds }) : null;
  const settledBefore = await load.countSettled?.();
  const databaseBefore = await databaseMicroseconds(server);
  const before = spend();
  const calm = load.disturb?.();
  const driven = await drive(load, connections, { counter, seconds });
  const cpuUs = since(before, spend());
  const settledNow = await load.countSettled?.();
  await calm?.();
  await load.settle?.();
  const isCounted = cpuUs !== null && settledBefore !== undefined && settledNow !== undefined;
  const spent = since(before, spend());
  return {
    ...driven,
    cpuUs: spent,
    databaseUs: since(databaseBefore, await databaseMicroseconds(server)),
    answered: isCounted ? { cpuUs, settled: settledNow - settledBefore } : null,
    quietMs: quiet?.latenciesMs ?? [],
  };
}

function since(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : after - before;
}

/**
 * What the requests alone cost. What was spent after the last answer was for the work of those that were not settled by then,
 * which tells what that work costs for each.
 */
function cpuBeforeJobs(seen: readonly Seen[]): number | null {
  const turns = seen.flatMap(({ latenciesMs, cpuUs, answered }) =>
    cpuUs === null || answered === null ? [] : [{ requests: latenciesMs.length, cpuUs, answered }],
  );
  const requests = sumOf(turns, (turn) => turn.requests);
  const settled = sumOf(turns, ({ answered }) => answered.settled);
  if (settled >= requests) return null;
  const allUs = sumOf(turns, (turn) => turn.cpuUs);
  const answeredUs = sumOf(turns, ({ answered }) => answered.cpuUs);
  const jobUs = (allUs - answeredUs) / (requests - settled);
  return (answeredUs - jobUs * settled) / requests;
}

function resultOf(load: Load, seen: readonly Seen[]): Result {
  const sorted = Float64Array.from(seen.flatMap((turn) => turn.latenciesMs)).sort();
  const quiet = Float64Array.from(seen.flatMap((turn) => turn.quietMs)).sort();
  const requests = sorted.length;
  return {
    name: load.name,
    requests,
    requestsPerSecond: requests / sumOf(seen, (turn) => turn.tookSeconds),
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    cpuUsPerRequest: perRequest(seen, requests, ({ cpuUs }) => cpuUs),
    databaseUsPerRequest: perRequest(seen, requests, ({ databaseUs }) => databaseUs),
    cpuUsBeforeJobs: cpuBeforeJobs(seen),
    quietP99Ms: quiet.length === 0 ? null : percentile(quiet, 0.99),
    itemsPerRequest: load.items ? sumOf(seen, (turn) => turn.items) / requests : null,
    faults: sumOf(seen, (turn) => turn.faults),
    firstFault: seen.find((turn) => turn.firstFault !== null)?.firstFault ?? null,
  };
}

function databaseMicroseconds({ databaseMicroseconds: read }: Child): Promise<number | null> {
  return read ? read() : Promise.resolve(null);
}

/** Null where one of the turns does not tell. */
function perRequest(
  seen: readonly Seen[],
  requests: number,
  usOf: (turn: Seen) => number | null,
): number | null {
  if (seen.some((turn) => usOf(turn) === null)) return null;
  return sumOf(seen, (turn) => usOf(turn) ?? 0) / requests;
}

function sumOf<T>(items: readonly T[], numberOf: (item: T) => number): number {
  return items.reduce((sum, item) => sum + numberOf(item), 0);
}

function openAll(address: Address, count: number): Promise<Connection[]> {
  return Promise.all(Array.from({ length: count }, () => Connection.open(address)));
}

async function drive(
  load: Load,
  connections: readonly Connection[],
  { counter, seconds }: { counter: { next: number }; seconds: number },
): Promise<Omit<Seen, 'cpuUs' | 'databaseUs' | 'answered' | 'quietMs'>> {
  const latenciesMs: number[] = [];
  let items = 0;
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
      items += load.items?.(n) ?? 0;
      const fault = load.fault(response, n);
      if (fault === null) continue;
      faults += 1;
      firstFault ??= `${fault} (status ${response.status}): ${response.body.toString('utf8', 0, 300)}`;
    }
  }

  await Promise.all(connections.map(repeat));
  const tookSeconds = (performance.now() - start) / 1000;
  return { latenciesMs, items, tookSeconds, faults, firstFault };
}

function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
