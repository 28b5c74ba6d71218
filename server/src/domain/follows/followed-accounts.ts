import type { Database } from '../../db/database.ts';
import { edgeMemory, type TargetsAmong } from '../edges/edge-memory.ts';
import { readFollowed } from './follow-store.ts';

/** Which of some accounts somebody follows. */
export function followedAccounts(database: Database, maxBytes: number): TargetsAmong {
  return edgeMemory(database, {
    read: (followerId, ids) => readFollowed(database, followerId, ids),
    madeOf: { table: 'follows', column: 'follower_id' },
    maxBytes,
  });
}
