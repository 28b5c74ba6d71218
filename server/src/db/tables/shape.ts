import { tableNames, tables } from '../tables.ts';
import type { Column, ColumnKind, TableKind } from './table.ts';

/** A table as data: what a reader needs that may be newer than the writer. */
export type TableShape = {
  name: string;
  kind: TableKind;
  /** Columns of the primary key, in its order. */
  key: readonly string[];
  columns: ReadonlyArray<{ name: string; kind: ColumnKind; isNullable: boolean }>;
};

/** A value of a column, the same on every engine. */
export type Value = string | number | null;

/** A row by the names of its columns. */
export type TableRow = Readonly<Record<string, Value>>;

/** Every table that a copy of the database has, parents first. */
export const copiedTables: readonly TableShape[] = tableNames.flatMap((name) => {
  const { kind, key, columns } = tables[name];
  if (kind === 'transient') return [];
  const entries = Object.entries<Column>(columns);
  return [
    {
      name,
      kind,
      key,
      columns: entries.map(([column, { kind, isNullable }]) => ({
        name: column,
        kind,
        isNullable,
      })),
    },
  ];
});
