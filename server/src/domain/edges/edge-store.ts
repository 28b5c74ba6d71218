import type { Kysely } from 'kysely';
import { changedOne } from '../../db/changed-one.ts';
import type { Db, Tx } from '../../db/database.ts';
import { inRange, preparedRange } from '../../db/key-range.ts';
import { isAmong, prepared } from '../../db/prepared.ts';
import type { Flag, Schema } from '../../db/schema.ts';
import { type PageRequest, rangeOf } from '../paging.ts';
import { accountIsActive } from '../visibility/visibility-store.ts';

/** Columns of a table with one row per pair: an account (the actor) likes or follows a target. `key` orders rows by time. */
type EdgeColumns<Row> = { actor: keyof Row; target: keyof Row; key: keyof Row };

/** Which end of the rows is given. */
export type EdgeSide = { actor: number } | { target: number };

/** Columns are checked where a store names them; here they are just names. */
type AnyTable = Kysely<Record<string, Record<string, number>>>;

type EdgeTable = 'likes' | 'follows' | 'blocks';

/**
 * The queries that likes, follows and further relations share. Inserts and deletions are in the store of the relation, since
 * each counts something else.
 */
export function edgeStore<Table extends EdgeTable>(
  name: Table,
  columns: EdgeColumns<Schema[Table]>,
) {
  type Row = Schema[Table];
  const names = namesOf(name, columns);
  const { table, actor, target } = names;
  const { targets, pair } = preparedReads(names);
  const ends = {
    actor: preparedLists(names, actor, target),
    target: preparedLists(names, target, actor),
  };

  return {
    has: async (db: Db, actorId: number, targetId: number): Promise<boolean> => {
      return (await pair(db, { actorId, targetId })).length > 0;
    },

    /** Those of some targets that the actor has. */
    targetsAmong: async (
      db: Db,
      actorId: number,
      targetIds: readonly number[],
    ): Promise<Set<number>> => {
      if (targetIds.length === 0) return new Set();
      const rows = await targets(db, { actorId, targetIds: [...targetIds] });
      return new Set(rows.map((row) => row.target));
    },

    /** All rows of one side, hidden ones too, the latest first; one more than asked for. */
    list: async (db: Db, side: EdgeSide, page: PageRequest): Promise<Row[]> => {
      const [end, id] = endOf(side);
      return (await ends[end].all(db, { id }, rangeOf(page))) as unknown as Row[];
    },

    /** As `list`, without rows whose other side is an account that is disabled or deleted. */
    listVisible: async (db: Db, side: EdgeSide, page: PageRequest): Promise<Row[]> => {
      const [end, id] = endOf(side);
      return (await ends[end].visible(db, { id }, rangeOf(page))) as unknown as Row[];
    },

    /** Sets a column that hides a row from counts and lists. False when it has that value already. */
    setHidden: (tx: Tx, row: Row, column: keyof Row, hidden: Flag): Promise<boolean> => {
      const { [actor]: actorId = 0, [target]: targetId = 0 } = row as Record<string, number>;
      return changedOne(
        untyped(tx)
          .updateTable(table)
          .set({ [column]: hidden })
          .where(actor, '=', actorId)
          .where(target, '=', targetId)
          .where(String(column), '<>', hidden),
      );
    },
  };
}

type Names = { table: string; actor: string; target: string; key: string };

function namesOf<Table extends EdgeTable>(
  table: Table,
  { actor, target, key }: EdgeColumns<Schema[Table]>,
): Names {
  return { table, actor: String(actor), target: String(target), key: String(key) };
}

function untyped(db: Db): AnyTable {
  return db as unknown as AnyTable;
}

/** Compiled once, as hot reads are (`db/prepared.ts`). */
function preparedReads({ table, actor, target, key }: Names) {
  const targets = prepared((db, args: { targetIds: number[]; actorId: number }) =>
    untyped(db)
      .selectFrom(table)
      .select(`${target} as target`)
      .where(isAmong(db, target, args.targetIds))
      .where(actor, '=', args.actorId),
  );

  const pair = prepared((db, args: { actorId: number; targetId: number }) =>
    untyped(db)
      .selectFrom(table)
      .select(key)
      .where(actor, '=', args.actorId)
      .where(target, '=', args.targetId),
  );

  return { targets, pair };
}

function endOf(side: EdgeSide): ['actor' | 'target', number] {
  return 'actor' in side ? ['actor', side.actor] : ['target', side.target];
}

/** Lists of rows of which one end is given. */
function preparedLists({ table, key }: Names, own: string, other: string) {
  const ofEnd = (db: Db, id: number) =>
    untyped(db).selectFrom(table).selectAll(table).where(`${table}.${own}`, '=', id);
  return {
    all: preparedRange((db, { id }: { id: number }, range) =>
      inRange(ofEnd(db, id), `${table}.${key}`, range),
    ),
    visible: preparedRange((db, { id }: { id: number }, range) =>
      inRange(
        ofEnd(db, id)
          // Each row has an account; a left join keeps SQLite from starting with all accounts.
          .leftJoin('accounts', 'accounts.id', `${table}.${other}`)
          .where(accountIsActive()),
        `${table}.${key}`,
        range,
      ),
    ),
  };
}
