import { hash } from 'node:crypto';
import type { TableRow, TableShape, Value } from '../db/tables/shape.ts';
import type { ColumnKind } from '../db/tables/table.ts';
import { BackupError } from './backup-error.ts';

const typeOfKind: Record<ColumnKind, 'number' | 'string'> = {
  integer: 'number',
  bigint: 'number',
  double: 'number',
  flag: 'number',
  text: 'string',
  time: 'string',
  json: 'string',
};

/** A row as one line of JSON: its values in the order of the columns. The same row is the same line on every engine. */
export function lineOf(table: TableShape, row: TableRow): string {
  return JSON.stringify(
    table.columns.map(({ name, ...column }) => checked(table, name, column, row[name] ?? null)),
  );
}

/** The row of a line. @throws BackupError when it is none of the table's */
export function rowOf(table: TableShape, line: string): TableRow {
  const values = parsed(line);
  if (!Array.isArray(values) || values.length !== table.columns.length) {
    throw new BackupError(`A line of ${table.name} is no row of the table.`);
  }
  return Object.fromEntries(
    table.columns.map(({ name, ...column }, i) => [
      name,
      checked(table, name, column, values[i] as Value),
    ]),
  );
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function checked(
  table: TableShape,
  name: string,
  { kind, isNullable }: { kind: ColumnKind; isNullable: boolean },
  value: Value,
): Value {
  if (value === null && isNullable) return value;
  const isFit =
    kind === 'double'
      ? Number.isFinite(value)
      : typeOfKind[kind] === 'number'
        ? Number.isSafeInteger(value)
        : typeof value === 'string';
  if (isFit) return value;
  throw new BackupError(`${table.name}.${name} has a value that is no ${kind}.`);
}

const modulus = 1n << 128n;

/**
 * A checksum over rows in any order, since engines do not agree on the order of texts: the sum of 128 bits of each line's
 * SHA-256. It finds damage and forgotten rows; it is no protection against somebody who wants to deceive.
 */
export class RowSum {
  rows = 0;
  #sum = 0n;

  add(line: string): void {
    this.rows += 1;
    this.#sum = (this.#sum + BigInt(`0x${hash('sha256', line, 'hex').slice(0, 32)}`)) % modulus;
  }

  /** 32 hex digits. */
  get checksum(): string {
    return this.#sum.toString(16).padStart(32, '0');
  }
}
