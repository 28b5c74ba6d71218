import { type Compilable, type CompiledQuery, type RawBuilder, type SqlBool, sql } from 'kysely';
import { toldQuery } from './query-channel.ts';
import { readAtOnce, writeAtOnce } from './sqlite.ts';
import { nameStatement } from './statement-names.ts';
import type { Db, Tx } from './tx.ts';
import { isPostgres } from './which-engine.ts';

type Scalar = string | number | null;
type Arguments = Record<string, Scalar | readonly Scalar[]>;

/** Stands for a value while a query is compiled; without an index, for a whole list. */
type Slot = { argument: string; index: number | null; isOfList?: boolean };

/** Under it, a list of slots has the slot for all of them. */
const whole = Symbol('whole');

/**
 * Whether a column has one of these values. PostgreSQL takes the list as one array, so that any length is the same statement
 * and planning does not grow with it; the other engines take a parameter for each.
 */
export function isAmong(
  db: Pick<Db, 'getExecutor'>,
  column: string,
  list: readonly Scalar[],
): RawBuilder<SqlBool> {
  const name = sql.ref(column);
  if (isPostgres(db)) return sql`${name} = any(${wholeList(list)})`;
  return sql`${name} in (${sql.join(list)})`;
}

/** A list as one parameter, an array of PostgreSQL. */
export function wholeList(list: readonly Scalar[]): unknown {
  return whole in list ? list[whole] : list;
}

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
    const rows = toldQuery(query.sql, () => readAtOnce(db, adapter, query)) as O[] | null;
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
    const { adapter } = tx.getExecutor();
    const query = queryFor(adapter, tx, args);
    const count = toldQuery(query.sql, () => writeAtOnce(tx, adapter, query));
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
    // Where all lists are arrays, their lengths make no difference.
    const shape = queries.has(anyShape) ? anyShape : shapeOf(args);
    const known = queries.get(shape);
    const query = known ?? build(db, slotsFor(args) as A).compile();
    if (!known) {
      queries.set(hasWholeListsOnly(query) ? anyShape : shape, query);
      nameStatement(query);
    }
    const parameters = query.parameters.map((p) => (isSlot(p) ? valueOf(p, args) : p));
    return { ...query, parameters };
  };
}

const anyShape = 'any';

function hasWholeListsOnly({ parameters }: CompiledQuery): boolean {
  return (
    parameters.every((p) => !isSlot(p) || !p.isOfList) &&
    parameters.some((p) => isSlot(p) && p.index === null)
  );
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
      ? listOfSlots(argument, paddedSize(value.length))
      : { argument, index: 0 };
  }
  return slots;
}

function listOfSlots(argument: string, length: number): Slot[] {
  const list: Slot[] = Array.from({ length }, (_, index) => ({ argument, index, isOfList: true }));
  return Object.assign(list, { [whole]: { argument, index: null } });
}

function isSlot(parameter: unknown): parameter is Slot {
  return typeof parameter === 'object' && parameter !== null && 'argument' in parameter;
}

function valueOf({ argument, index }: Slot, args: Arguments): Arguments[string] | undefined {
  const value = args[argument];
  if (index === null || !Array.isArray(value)) return value;
  const list: readonly Scalar[] = value;
  return list[index] ?? list[0];
}

/** At least two: a list of one is a comparison to SQLite, see `StablePlanCompiler`. */
function paddedSize(length: number): number {
  for (const size of [2, 5, 10, 20, 40, 100]) if (length <= size) return size;
  return Math.ceil(length / 100) * 100;
}
