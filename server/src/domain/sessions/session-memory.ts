import type { Database } from '../../db/database.ts';
import { memoryOf } from '../../db/memory.ts';
import type { AccessClaims } from '../ports.ts';
import { decidingColumns } from '../visibility/visibility.ts';
import { findLiveSession, type LiveSession } from './session-store.ts';

export type FindLive = (
  claims: Pick<AccessClaims, 'accountId' | 'sessionId'>,
) => Promise<LiveSession | null>;

const bytesPerSession = 600;

/**
 * Finds live sessions. Where one process has the database for itself, those of an account are remembered until a row of the
 * account or of one of its sessions is written, so that one that ends is not found by any later request (docs/decisions/0011,
 * 0049). On a database that several processes share, SQL is asked every time.
 */
export function liveSessions(database: Database, maxBytes: number): FindLive {
  if (!database.isEmbedded) return ({ sessionId }) => findLiveSession(database, sessionId);
  const memory = memoryOf<Map<number, LiveSession>>(database, {
    madeOf: [
      { table: 'sessions', column: 'account_id' },
      { table: 'accounts', column: 'id', changes: ['role', ...decidingColumns.accounts] },
    ],
    maxBytes,
    bytesOf: (sessions) => bytesPerSession * (1 + sessions.size),
  });

  return async ({ accountId, sessionId }) => {
    database.noticeOthers();
    const known = memory.get(accountId)?.get(sessionId);
    if (known) return known;
    const writesBefore = memory.writes();
    const session = await findLiveSession(database, sessionId);
    // A write since then may have ended it.
    if (session?.account_id === accountId && memory.isCurrent(accountId, writesBefore)) {
      const sessions = memory.get(accountId) ?? new Map<number, LiveSession>();
      sessions.set(sessionId, session);
      memory.keep(accountId, sessions, writesBefore);
    }
    return session;
  };
}
