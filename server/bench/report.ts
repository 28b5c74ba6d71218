import type { Result } from './measure.ts';

export type Row = Omit<Result, 'counterpart' | 'beside'> & {
  /** CPU per request as a multiple of the static page's; null where one of them is unknown. */
  timesStaticPage: number | null;
  /** The 99th percentile as a multiple of the quiet one; null where nothing disturbs the load. */
  timesQuiet: number | null;
  cpuUsPerItem: number | null;
  /** CPU as a multiple of the counterpart's; null without one. */
  timesV2: { perRequest: number | null; perItem: number | null } | null;
  /** The same load on another version; its figures, and ours as multiples of them. Null without one. */
  beside: {
    cpuUsPerRequest: number | null;
    databaseUsPerRequest: number | null;
    requestsPerSecond: number;
    cpuUsBeforeJobs: number | null;
    /** Of the program and its database. */
    timesCpu: number | null;
    timesRate: number | null;
    timesQuiet: number | null;
  } | null;
};

type Column = [title: string, cell: (row: Row) => string];

const columns: readonly Column[] = [
  ['load', (row) => row.name],
  ['requests/s', (row) => row.requestsPerSecond.toFixed(0)],
  ['p50 ms', (row) => row.p50Ms.toFixed(2)],
  ['p99 ms', (row) => row.p99Ms.toFixed(2)],
  ['CPU µs/request', (row) => row.cpuUsPerRequest?.toFixed(0) ?? '-'],
  ['× static page', (row) => row.timesStaticPage?.toFixed(1) ?? '-'],
];

/** Of loads that leave work behind. */
const beforeJobs: Column = [
  'CPU µs before the response',
  (row) => row.cpuUsBeforeJobs?.toFixed(0) ?? '-',
];

/** Of loads that are disturbed. */
const disturbed: Column = ['p99 × quiet', (row) => row.timesQuiet?.toFixed(1) ?? '-'];

/** Where a database server works beside the program. */
const database: readonly Column[] = [
  ['database µs', (row) => row.databaseUsPerRequest?.toFixed(0) ?? '-'],
];

/** Of loads that are compared with others. */
const comparison: readonly Column[] = [
  ['items/request', (row) => row.itemsPerRequest?.toFixed(row.itemsPerRequest < 10 ? 2 : 0) ?? '-'],
  ['CPU µs/item', (row) => row.cpuUsPerItem?.toFixed(1) ?? '-'],
  ['× /v2 per request', (row) => row.timesV2?.perRequest?.toFixed(2) ?? '-'],
  ['× /v2 per item', (row) => row.timesV2?.perItem?.toFixed(2) ?? '-'],
];

/** Of loads that run on another version of the program, too. */
const besides: readonly Column[] = [
  ['beside: CPU', (row) => row.beside?.cpuUsPerRequest?.toFixed(0) ?? '-'],
  ['× beside CPU', (row) => row.beside?.timesCpu?.toFixed(2) ?? '-'],
  ['× beside requests/s', (row) => row.beside?.timesRate?.toFixed(2) ?? '-'],
];

const besideDatabase: Column = [
  'beside: database µs',
  (row) => row.beside?.databaseUsPerRequest?.toFixed(0) ?? '-',
];

const besideBeforeJobs: Column = [
  'beside: CPU before the response',
  (row) => row.beside?.cpuUsBeforeJobs?.toFixed(0) ?? '-',
];

const besideDisturbed: Column = [
  'beside: p99 × quiet',
  (row) => row.beside?.timesQuiet?.toFixed(1) ?? '-',
];

const wrong: Column = ['wrong', (row) => String(row.faults)];

export function withRatios(results: readonly Result[]): Row[] {
  const base = results.find((result) => result.name === 'static-page')?.cpuUsPerRequest ?? null;
  return results.map(({ counterpart, beside, ...result }) => ({
    ...result,
    timesStaticPage: ratio(result.cpuUsPerRequest, base),
    timesQuiet: timesQuietOf(result),
    cpuUsPerItem: perItem(result),
    timesV2: counterpart
      ? {
          perRequest: ratio(result.cpuUsPerRequest, counterpart.cpuUsPerRequest),
          perItem: ratio(perItem(result), perItem(counterpart)),
        }
      : null,
    beside: beside ? besideOf(result, beside) : null,
  }));
}

function besideOf(own: Result, other: Result): NonNullable<Row['beside']> {
  const { cpuUsPerRequest, databaseUsPerRequest, cpuUsBeforeJobs, requestsPerSecond } = other;
  return {
    cpuUsPerRequest,
    databaseUsPerRequest,
    cpuUsBeforeJobs,
    requestsPerSecond,
    timesCpu: ratio(wholeCpu(own), wholeCpu(other)),
    timesRate: ratio(own.requestsPerSecond, requestsPerSecond),
    timesQuiet: timesQuietOf(other),
  };
}

function wholeCpu({ cpuUsPerRequest, databaseUsPerRequest }: Result): number | null {
  return cpuUsPerRequest === null ? null : cpuUsPerRequest + (databaseUsPerRequest ?? 0);
}

function timesQuietOf({ p99Ms, quietP99Ms }: Omit<Result, 'beside'>): number | null {
  return ratio(quietP99Ms === null ? null : p99Ms, quietP99Ms);
}

function perItem({
  cpuUsPerRequest,
  itemsPerRequest,
}: Pick<Result, 'cpuUsPerRequest' | 'itemsPerRequest'>): number | null {
  return ratio(cpuUsPerRequest, itemsPerRequest);
}

function ratio(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : one / other;
}

/** An aligned table; it is Markdown as well. */
export function tableOf(rows: readonly Row[]): string {
  const isCompared = rows.some((row) => row.timesV2 !== null);
  const isBeside = rows.some((row) => row.beside !== null);
  const hasDatabase = rows.some((row) => row.databaseUsPerRequest !== null);
  const leavesWork = rows.some((row) => row.cpuUsBeforeJobs !== null);
  const isDisturbed = rows.some((row) => row.timesQuiet !== null);
  const shown = [
    ...columns,
    ...(hasDatabase ? database : []),
    ...(leavesWork ? [beforeJobs] : []),
    ...(isDisturbed ? [disturbed] : []),
    ...(isCompared ? comparison : []),
    ...(isBeside ? besides : []),
    ...(isBeside && hasDatabase ? [besideDatabase] : []),
    ...(isBeside && leavesWork ? [besideBeforeJobs] : []),
    ...(isBeside && isDisturbed ? [besideDisturbed] : []),
    wrong,
  ];
  const titles = shown.map(([title]) => title);
  const cells = rows.map((row) => shown.map(([, cell]) => cell(row)));
  const widths = titles.map((title, i) =>
    Math.max(title.length, ...cells.map((line) => line[i]?.length ?? 0)),
  );
  const lineOf = (line: string[]) =>
    `| ${line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`;
  const rule = `|${widths.map((width, i) => (i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [lineOf(titles), rule, ...cells.map(lineOf)].join('\n');
}
