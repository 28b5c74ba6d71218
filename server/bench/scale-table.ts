import type { Estimate } from './scale-model.ts';

const rows: ReadonlyArray<[title: string, cell: (of: Estimate) => string]> = [
  ['active on one day', (of) => count(of.activeAccounts)],
  ['requests/s, mean', (of) => count(of.meanRequestsPerSecond)],
  ['requests/s, peak', (of) => count(of.peakRequestsPerSecond)],
  ['writes/s, peak', (of) => count(of.peakWritesPerSecond)],
  ['cores of Rookery, peak', (of) => count(of.peakCores)],
  ['cores for photos, peak', (of) => count(of.peakPhotoCores)],
  ['machines of 8 cores, half busy', (of) => count(of.machines)],
  ['database after a year', (of) => bytes(of.databaseBytesPerYear)],
  ['photos of a year', (of) => bytes(of.photoBytesPerYear)],
  ['line, peak', (of) => `${scaled(of.peakBitsPerSecond, 1000)}bit/s`],
  ['traffic of a month', (of) => bytes(of.bytesPerMonth)],
  ['first bottleneck', (of) => of.bottleneck],
];

/** One column for each estimate, as Markdown. */
export function scaleTable(estimates: readonly Estimate[]): string {
  const head = ['accounts', ...estimates.map(({ accounts }) => count(accounts))];
  const body = rows.map(([title, cell]) => [title, ...estimates.map(cell)]);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|---|${estimates.map(() => '---:|').join('')}`, ...body.map(line)].join(
    '\n',
  );
}

function bytes(value: number): string {
  return `${scaled(value, 1000)}B`;
}

/** Two digits that count: more would claim to know. */
function count(value: number): string {
  return value < 1 ? value.toFixed(2) : twoDigits(value).toLocaleString('en-US');
}

function twoDigits(value: number): number {
  return value < 10 ? Number(value.toFixed(1)) : Number(value.toPrecision(2));
}

/** `1.5 M`, with a space before the unit. */
function scaled(value: number, step: number): string {
  const units = ['', 'k', 'M', 'G', 'T', 'P', 'E'];
  let [rest, unit] = [value, 0];
  while (rest >= step && unit < units.length - 1) {
    rest /= step;
    unit += 1;
  }
  return `${twoDigits(rest)} ${units[unit]}`;
}
