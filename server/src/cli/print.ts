import { InvalidArgumentError, Option } from 'commander';

/** A command that fails on purpose: what to do is in the message. */
export class CommandError extends Error {}

/** A command line that cannot be meant: the exit code is 2. */
export class UsageError extends CommandError {}

/** `--json` for commands that print data. */
export function jsonOption(): Option {
  return new Option('--json', 'print JSON');
}

/** An option `--name <n>` that takes a number from 1 to `max`. */
export function countOption(name: string, description: string, max: number): Option {
  return new Option(`${name} <n>`, description).argParser((text) => {
    const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
    if (count < 1 || count > max) throw new InvalidArgumentError(`Give a number from 1 to ${max}.`);
    return count;
  });
}

/** An option `--port <n>` that takes any port, and 0 for a free one. */
export function portOption(): Option {
  return new Option(
    '--port <n>',
    'the port to listen on, in place of PORT; 0 for a free one',
  ).argParser((text) => {
    const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
    if (!(port <= 65_535)) throw new InvalidArgumentError('Give a number from 0 to 65535.');
    return port;
  });
}

/** Writes lines to standard output. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

type Row = Readonly<Record<string, string>>;

/** Prints rows as an aligned table, or as JSON. */
export function printRows(rows: readonly Row[], { json }: { json: boolean | undefined }): void {
  if (json) return print(JSON.stringify(rows, null, 2));
  const columns = Object.keys(rows[0] ?? {});
  const widths = columns.map((name) => Math.max(...rows.map((row) => row[name]?.length ?? 0)));
  for (const row of rows) {
    const cells = columns.map((name, i) => (row[name] ?? '').padEnd(widths[i] ?? 0));
    print(cells.join('  ').trimEnd());
  }
}
