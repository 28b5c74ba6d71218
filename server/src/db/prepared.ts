import type { Compilable, CompiledQuery } from 'kysely';
import { toldQuery } from './query-channel.ts';
import { readAtOnce, writeAtOnce } from './sqlite.ts';
import type { Db, Tx } from './tx.ts';

type Scalar = string | number | null;
type Arguments = Record<string, Scalar | readonly Scalar[]>;

/** Stands for a value while a query is compiled. */
type Slot = { argument: string; index: number };

/**
 * A read that is compiled once and run many times; Kysely's builder costs more than SQLite's answer.
 * A list argument is filled up to the next size with its first element, so that few shapes exist; it must not be empty.
 */
export function prepared<A extends Arguments, O>(
  build: (db: Db, args: A) => Compilable<O>,
): (db: Db, args: A) => Promise<O[]> {
  const queryFor = compiledOnce(build);
  return async (db, args) => {
    const { adapter } = db.getExecutor();
    const query = queryFor(adapter, db, args);
    const rows = toldQuery(query.sql, () => readAtOnce(db, query.sql, query.parameters)) as
      | O[]
      | null;
    return rows ?? (await db.executeQuery<O>(query)).rows;
  };
}

/**
 * A write that is compiled once and run many times, as `prepared` does for reads.
 * @returns how many rows it wrote
 */
export function preparedWrite<A extends Arguments>(
  build: (tx: Tx, args: A) => Compilable,
): (tx: Tx, args: A) => Promise<number> {
  const queryFor = compiledOnce(build);
  return async (tx, args) => {
    const query = queryFor(tx.getExecutor().adapter, tx, args);
    const count = toldQuery(query.sql, () => writeAtOnce(tx, query.sql, query.parameters));
    return count ?? Number((await tx.executeQuery(query)).numAffectedRows);
  };
}

/** Compiles a query once for each shape of its arguments, and fills in their values. */
function compiledOnce<D extends Db, A extends Arguments, O>(
  build: (db: D, args: A) => Compilable<O>,
): (adapter: object, db: D, args: A) => CompiledQuery<O> {
  // Transactions share the adapter of their database, and with it the compiled queries.
  const byAdapter = new WeakMap<object, Map<string, CompiledQuery<O>>>();

  return (adapter, db, args) => {
    const queries = byAdapter.get(adapter) ?? new Map<string, CompiledQuery<O>>();
    byAdapter.set(adapter, queries);
    const shape = shapeOf(args);
    const known = queries.get(shape);
    const query = known ?? build(db, slotsFor(args) as A).compile();
    if (!known) queries.set(shape, query);
    const parameters = query.parameters.map((p) => (isSlot(p) ? valueOf(p, args) : p));
    return { ...query, parameters };
  };
}

function shapeOf(args: Arguments): string {
  let shape = '';
  for (const key in args) {
    const value = args[key];
    if (Array.isArray(value)) shape += `${paddedSize(value.length)} `;
  }
  return shape;
}

function slotsFor(args: Arguments): Record<string, unknown> {
  const slots: Record<string, unknown> = {};
  for (const [argument, value] of Object.entries(args)) {
    slots[argument] = Array.isArray(value)
      ? Array.from({ length: paddedSize(value.length) }, (_, index) => slot(argument, index))
      : slot(argument, 0);
  }
  return slots;
}

function slot(argument: string, index: number): Slot {
  return { argument, index };
}

function isSlot(parameter: unknown): parameter is Slot {
  return typeof parameter === 'object' && parameter !== null && 'argument' in parameter;
}

function valueOf({ argument, index }: Slot, args: Arguments): Scalar | undefined {
  const value = args[argument];
  if (!Array.isArray(value)) return value as Scalar;
  const list: readonly Scalar[] = value;
  return list[index] ?? list[0];
}

/** At least two: a list of one is a comparison to SQLite, see `StablePlanCompiler`. */
function paddedSize(length: number): number {
  for (const size of [2, 5, 10, 20, 40, 100]) if (length <= size) return size;
  return Math.ceil(length / 100) * 100;
}
