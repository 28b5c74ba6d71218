import type { Column } from '../../src/db/tables/table.ts';
import { tableNames, tables } from '../../src/db/tables.ts';

export type Row = Record<string, string | number | null>;

/** Rows by the name of their table, parents first. */
export type Rows = Record<string, Row[]>;

/** Alice, bob and carla. */
const people = [1, 2, 3];

/**
 * Three rows of every table. The first is alice's, the second bob's, the third carla's; where a row names two accounts, the
 * second is the next of the three. Texts are not ASCII, numbers need all their bits, and carla's rows hold null where they may.
 * @param base added to every id and part of every text: rows of two bases can be in one database
 */
export function sampleRows(base = 0): Rows {
  return Object.fromEntries(
    tableNames.map((table) => {
      const columns = Object.entries<Column>(tables[table].columns);
      return [table, people.map((person) => sampleRow(columns, { base, person }))];
    }),
  );
}

type Place = { base: number; person: number };

function sampleRow(columns: Array<[string, Column]>, place: Place): Row {
  let accounts = 0;
  return Object.fromEntries(
    columns.map(([name, column]) => {
      if (column.refersTo !== 'accounts') return [name, sampleValue(name, column, place)];
      accounts += 1;
      return [name, place.base + ((place.person + accounts - 2) % people.length) + 1];
    }),
  );
}

function sampleValue(name: string, column: Column, { base, person }: Place): Row[string] {
  if (column.isNullable && person === people.length) return null;
  const number = base + person;
  const samples: Record<Column['kind'], () => Row[string]> = {
    flag: () => person % 2,
    integer: () => number,
    bigint: () => 2 ** 52 + number,
    double: () => number + 1 / 3,
    time: () => new Date(Date.UTC(2026, 5, 1, 12, base % 60, person, 789)).toISOString(),
    json: () => JSON.stringify([`${name} “${number}” 📷`]),
    text: () => (column.values ? listed(column.values, person) : sampleText(name, column, number)),
  };
  return samples[column.kind]();
}

function listed(values: readonly string[], person: number): string {
  return values[(person - 1) % values.length] ?? '';
}

/** Unique in its column, as names and digests must be. */
function sampleText(name: string, { maxLength }: Column, number: number): string {
  const text = `${number} 📷 ${name} A “ärger”`;
  return maxLength === null ? text : Array.from(text).slice(0, maxLength).join('');
}
