import type { Row } from './report.ts';

/** A figure of a run that must stay within a limit, and the goal behind it. */
export type Gate = {
  name: string;
  goal: number;
  limit: number;
  /** Whether more is better; without it, less is. */
  isRate?: true;
  /** The figure; null where the run has not measured it. */
  valueOf(rows: RowsByName): number | null;
};

export type GateResult = {
  name: string;
  value: number;
  goal: number;
  limit: number;
  state: 'goal met' | 'within the limit' | 'missed';
};

type RowsByName = ReadonlyMap<string, Row>;

const timesPage =
  (load: string): Gate['valueOf'] =>
  (rows) =>
    rows.get(load)?.timesStaticPage ?? null;

const timesBeside =
  (load: string): Gate['valueOf'] =>
  (rows) =>
    rows.get(load)?.beside?.timesCpu ?? null;

function timelineGrowth(rows: RowsByName): number | null {
  const [few, many] = [rows.get('timeline-10'), rows.get('timeline-1000')];
  const [low, high] = [few?.cpuUsPerRequest, many?.cpuUsPerRequest];
  return low && high ? high / low : null;
}

/** SQLite: one process that remembers what it shows. CPU as multiples of Fastify sending the same bytes, or of the version beside it. */
const embedded: readonly Gate[] = [
  {
    name: 'timeline, in memory × static page',
    goal: 1,
    limit: 1.3,
    valueOf: timesPage('timeline-10'),
  },
  {
    name: 'timeline of any account × static page',
    goal: 2,
    limit: 3,
    valueOf: timesPage('timeline-any'),
  },
  { name: 'timeline of 1,000 followees × of 10', goal: 1.2, limit: 1.4, valueOf: timelineGrowth },
  {
    name: 'profile of any account × static page',
    goal: 1.5,
    limit: 2.5,
    valueOf: timesPage('profile-any'),
  },
  {
    name: 'photos of any account × static page',
    goal: 1.5,
    limit: 2.5,
    valueOf: timesPage('photos-any'),
  },
  { name: 'like, with its jobs × before', goal: 0.15, limit: 0.25, valueOf: timesBeside('like') },
  {
    name: 'follow, with its jobs × before',
    goal: 0.15,
    limit: 0.25,
    valueOf: timesBeside('follow'),
  },
  { name: 'post, with its jobs × before', goal: 0.3, limit: 0.45, valueOf: timesBeside('post') },
  {
    name: 'photos taken per second × before',
    goal: 10,
    limit: 6,
    isRate: true,
    valueOf: (rows) => rows.get('photo')?.beside?.timesRate ?? null,
  },
  {
    name: 'photo, ms of CPU before the response',
    goal: 1.5,
    limit: 2.5,
    valueOf: (rows) => {
      const us = rows.get('photo')?.cpuUsBeforeJobs ?? null;
      return us === null ? null : us / 1000;
    },
  },
  { name: 'photo, with its sizes × before', goal: 0.5, limit: 0.7, valueOf: timesBeside('photo') },
  {
    name: 'timelines while large photos arrive, p99 × quiet',
    goal: 4,
    limit: 8,
    valueOf: (rows) => rows.get('storm')?.timesQuiet ?? null,
  },
];

/** Server databases: CPU of the server, as multiples of the version beside it. */
const onServers: readonly Gate[] = [
  { name: 'timeline × before', goal: 0.15, limit: 0.25, valueOf: timesBeside('timeline') },
  { name: 'profile × before', goal: 0.25, limit: 0.4, valueOf: timesBeside('profile') },
  {
    name: 'photos of an account × before',
    goal: 0.25,
    limit: 0.4,
    valueOf: timesBeside('photos-user'),
  },
  { name: 'like, with its jobs × before', goal: 0.2, limit: 0.3, valueOf: timesBeside('like') },
  { name: 'follow, with its jobs × before', goal: 0.2, limit: 0.3, valueOf: timesBeside('follow') },
  { name: 'post, with its jobs × before', goal: 0.2, limit: 0.3, valueOf: timesBeside('post') },
];

/** Compares the figures of a run with what they should be; what was not measured is left out. */
export function checkGates(rows: readonly Row[], engine: 'sqlite' | 'server'): GateResult[] {
  const byName = new Map(rows.map((row) => [row.name, row]));
  return (engine === 'sqlite' ? embedded : onServers).flatMap((gate) => {
    const value = gate.valueOf(byName);
    return value === null ? [] : [resultOf(gate, value)];
  });
}

/** How a figure compares with its goal and its limit. */
export function resultOf(
  { name, goal, limit, isRate }: Pick<Gate, 'name' | 'goal' | 'limit' | 'isRate'>,
  value: number,
): GateResult {
  const isWithin = (bound: number) => (isRate ? value >= bound : value <= bound);
  const better = isWithin(goal) ? 'goal met' : 'within the limit';
  return { name, value, goal, limit, state: isWithin(limit) ? better : 'missed' };
}

/** A Markdown table of the results. */
export function gateTable(results: readonly GateResult[]): string {
  const lines = results.map(
    ({ name, value, goal, limit, state }) =>
      `| ${name} | ${value.toFixed(2)} | ${goal} | ${limit} | ${state} |`,
  );
  return ['| gate | measured | goal | limit | |', '|---|---:|---:|---:|---|', ...lines].join('\n');
}
