import type { Database } from '../../db/database.ts';
import { memoryOf } from '../../db/memory.ts';
import {
  type RelationTo,
  readBlocksOf,
  readRelations,
  relationsIn,
  unrelated,
} from './relation-store.ts';
import type { PostViewer } from './visibility.ts';

/** Reads how a viewer is related to some accounts, such as the authors of a page. Anonymous viewers have no relations. */
export type ReadRelations = (
  viewer: PostViewer,
  accountIds: readonly number[],
) => Promise<RelationTo>;

/** Of people with more blocks than this, in either direction, those that matter are read for each page. */
const maxKept = 1000;
const bytesOf = { viewer: 300, block: 60 };

/** `to`: null when there are too many to keep. */
type Kept = { to: RelationTo | null; count: number };

/** Reads relations; where this process has the database for itself, they are kept until a block of the viewer is written. */
export function relationReader(database: Database, maxBytes: number): ReadRelations {
  if (!database.isEmbedded) {
    return async (viewer, accountIds) =>
      viewer ? readRelations(database, viewer.accountId, accountIds) : unrelated;
  }
  const memory = memoryOf<Kept>(database, {
    madeOf: [
      { table: 'blocks', column: 'account_id' },
      { table: 'blocks', column: 'target_id' },
    ],
    maxBytes,
    bytesOf: ({ count }) => bytesOf.viewer + bytesOf.block * count,
  });

  async function readKept(viewerId: number): Promise<Kept> {
    const writesBefore = memory.writes();
    const blocks = await readBlocksOf(database, viewerId, maxKept);
    const isWhole = blocks.length < maxKept;
    const kept = isWhole
      ? { to: relationsIn(viewerId, blocks), count: blocks.length }
      : { to: null, count: 0 };
    memory.keep(viewerId, kept, writesBefore);
    return kept;
  }

  return async (viewer, accountIds) => {
    if (!viewer) return unrelated;
    const { accountId } = viewer;
    const { to } = memory.get(accountId) ?? (await readKept(accountId));
    return to ?? readRelations(database, accountId, accountIds);
  };
}
