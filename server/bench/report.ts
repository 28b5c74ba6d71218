import type { Result } from './measure.ts';

export type Row = Result & {
  /** CPU per request as a multiple of the static page's; null where one of them is unknown. */
  timesStaticPage: number | null;
};

const columns: ReadonlyArray<[title: string, cell: (row: Row) => string]> = [
  ['load', (row) => row.name],
  ['requests/s', (row) => row.requestsPerSecond.toFixed(0)],
  ['p50 ms', (row) => row.p50Ms.toFixed(2)],
  ['p99 ms', (row) => row.p99Ms.toFixed(2)],
  ['CPU µs/request', (row) => row.cpuUsPerRequest?.toFixed(0) ?? '-'],
  ['× static page', (row) => row.timesStaticPage?.toFixed(1) ?? '-'],
  ['wrong', (row) => String(row.faults)],
];

export function withRatios(results: readonly Result[]): Row[] {
  const base = results.find((result) => result.name === 'static-page')?.cpuUsPerRequest ?? null;
  return results.map((result) => {
    const { cpuUsPerRequest: cpu } = result;
    return { ...result, timesStaticPage: cpu === null || base === null ? null : cpu / base };
  });
}

/** An aligned table; it is Markdown as well. */
export function tableOf(rows: readonly Row[]): string {
  const titles = columns.map(([title]) => title);
  const cells = rows.map((row) => columns.map(([, cell]) => cell(row)));
  const widths = titles.map((title, i) =>
    Math.max(title.length, ...cells.map((line) => line[i]?.length ?? 0)),
  );
  const lineOf = (line: string[]) =>
    `| ${line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`;
  const rule = `|${widths.map((width, i) => (i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [lineOf(titles), rule, ...cells.map(lineOf)].join('\n');
}
