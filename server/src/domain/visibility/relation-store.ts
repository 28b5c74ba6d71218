import { type Compilable, sql } from 'kysely';
import type { Db } from '../../db/database.ts';
import { isAmong, prepared } from '../../db/prepared.ts';
import type { BlockRow } from '../../db/schema.ts';
import { isMysql } from '../../db/which-engine.ts';
import { noRelation, type Relation } from './visibility.ts';

/** How a viewer is related to an account. */
export type RelationTo = (accountId: number) => Relation;

/** A block, whichever of the two has blocked the other. */
export type Block = Pick<BlockRow, 'account_id' | 'target_id'>;

/** The relations of a viewer without any. */
export const unrelated: RelationTo = () => noRelation;

/** How a viewer is related to these accounts, by one query. */
export async function readRelations(
  db: Db,
  viewerId: number,
  accountIds: readonly number[],
): Promise<RelationTo> {
  const others = [...new Set(accountIds)].filter((id) => id !== viewerId);
  if (others.length === 0) return unrelated;
  return relationsIn(viewerId, await blocksAmong(db, { viewerId, accountIds: others }));
}

type Among = { viewerId: number; accountIds: number[] };

const blocksAmong = prepared((db, args: Among): Compilable<Block> => {
  if (isMysql(db)) return { compile: () => blocksAmongEach(args).compile(db) };
  return db
    .selectFrom('blocks')
    .select(['account_id', 'target_id'])
    .where('account_id', '=', args.viewerId)
    .where(isAmong(db, 'target_id', args.accountIds))
    .unionAll(
      db
        .selectFrom('blocks')
        .select(['account_id', 'target_id'])
        .where('target_id', '=', args.viewerId)
        .where(isAmong(db, 'account_id', args.accountIds)),
    );
});

/** For MariaDB, account by account: it would read all blocks of a viewer, since most people have few. */
function blocksAmongEach({ viewerId, accountIds }: Among) {
  const wanted = sql.join(
    accountIds.map((id) => sql`select ${id} as id`),
    sql` union all `,
  );
  return sql<Block>`
    select straight_join account_id, target_id from (${wanted}) as wanted
    join blocks on account_id = ${viewerId} and target_id = wanted.id
    union all
    select straight_join account_id, target_id from (${wanted}) as wanted
    join blocks on target_id = ${viewerId} and account_id = wanted.id`;
}

/** All blocks by and of a viewer, up to `limit` in each direction. */
export async function readBlocksOf(db: Db, viewerId: number, limit: number): Promise<Block[]> {
  const own = await blocksBy(db, { viewerId, limit });
  return [...own, ...(await blocksAgainst(db, { viewerId, limit }))];
}

type Args = { viewerId: number; limit: number };

const blocksBy = prepared((db, { viewerId, limit }: Args) =>
  db
    .selectFrom('blocks')
    .select(['account_id', 'target_id'])
    .where('account_id', '=', viewerId)
    .limit(limit),
);

const blocksAgainst = prepared((db, { viewerId, limit }: Args) =>
  db
    .selectFrom('blocks')
    .select(['account_id', 'target_id'])
    .where('target_id', '=', viewerId)
    .limit(limit),
);

/** The relations that follow from the blocks by and of a viewer. */
export function relationsIn(viewerId: number, blocks: readonly Block[]): RelationTo {
  if (blocks.length === 0) return unrelated;
  const blocked = new Set<number>();
  const blockers = new Set<number>();
  for (const { account_id, target_id } of blocks) {
    if (account_id === viewerId) blocked.add(target_id);
    else blockers.add(account_id);
  }
  return (accountId) => {
    const [blocks, blockedBy] = [blocked.has(accountId), blockers.has(accountId)];
    return blocks || blockedBy ? { ...noRelation, blocks, blockedBy } : noRelation;
  };
}

/** Pairs of accounts between which a block stands, in either direction. */
export async function readBlockedPairs(
  db: Db,
  accountIds: readonly number[],
  otherIds: readonly number[],
): Promise<(accountId: number, otherId: number) => boolean> {
  if (accountIds.length === 0 || otherIds.length === 0) return () => false;
  const [ones, others] = [[...new Set(accountIds)], [...new Set(otherIds)]];
  const rows = [
    ...(await pairsAmong(db, { blockers: ones, blocked: others })),
    ...(await pairsAmong(db, { blockers: others, blocked: ones })),
  ];
  const pairs = new Set(
    rows.flatMap(({ account_id: a, target_id: b }) => [`${a} ${b}`, `${b} ${a}`]),
  );
  return (accountId, otherId) => pairs.has(`${accountId} ${otherId}`);
}

const pairsAmong = prepared((db, args: { blockers: number[]; blocked: number[] }) =>
  db
    .selectFrom('blocks')
    .select(['account_id', 'target_id'])
    .where(isAmong(db, 'account_id', args.blockers))
    .where(isAmong(db, 'target_id', args.blocked)),
);
