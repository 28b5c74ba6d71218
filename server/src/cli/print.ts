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
