/** Writes a line to standard output, or several. */
export function print(text: string): void {
  process.stdout.write(`${harmless(text)}\n`);
}

/** A text without what a terminal takes for orders: a post could otherwise hide lines from the operator who lists it. */
export function harmless(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, '\ufffd');
}

/** Prints what a command found or did: as JSON with `--json`, else as `lines` say it. */
export function printResult(
  result: unknown,
  { json, lines }: { json: boolean | undefined; lines: () => readonly string[] | string },
): void {
  if (json) return void process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  for (const line of [lines()].flat()) print(line);
}

type Row = Readonly<Record<string, string>>;

type Table<T> = {
  json: boolean | undefined;
  /** Titles of the columns, by name. Default: their names. */
  titles?: Row;
  /** How an item is shown. */
  row: (item: T) => Row;
  /** What is said when there is none. */
  none: string;
};

/** Prints items as JSON, whole, or as an aligned table. */
export function printRows<T>(items: readonly T[], { json, titles, row, none }: Table<T>): void {
  printResult(items, {
    json,
    lines: () => {
      if (items.length === 0) return none;
      return tableOf([...(titles ? [titles] : []), ...items.map(row)]);
    },
  });
}

function tableOf(rows: readonly Row[]): string[] {
  const columns = Object.keys(rows[0] ?? {});
  const widths = columns.map((name) => Math.max(...rows.map((row) => row[name]?.length ?? 0)));
  return rows.map((row) =>
    columns
      .map((name, i) => (row[name] ?? '').replace(/[\n\t]/g, ' ').padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
