import type { Database, Tx } from '../../db/database.ts';
import type { SessionRow } from '../../db/schema.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { checkScope } from '../credential.ts';
import { DomainError } from '../errors.ts';
import type { Now } from '../ports.ts';
import { cancelVerificationsOfSessions } from '../verifications/verification-store.ts';
import type { Viewer } from '../viewer.ts';
import type { SessionView } from './session.ts';
import { endSession, listSessions } from './session-store.ts';

/** Ends one session, with a line in the audit log. False when it had ended before. */
export type EndSession = (
  tx: Tx,
  session: Pick<SessionRow, 'id' | 'account_id'>,
  how: { by: string; actorId: number | null; address: string },
) => Promise<boolean>;

export function sessionEnding({ now, audit }: { now: Now; audit: AuditLog }): EndSession {
  return async (tx, { id, account_id: accountId }, { by, actorId, address }) => {
    const at = now().toISOString();
    if (!(await endSession(tx, { id, accountId, at }))) return false;
    await cancelVerificationsOfSessions(tx, accountId, [id], at);
    const details = { by, sessionId: id };
    await audit.record(tx, { action: 'session.ended', accountId, actorId, address, details });
    return true;
  };
}

/** The sessions of a viewer: lists them, and ends one. */
export function ownSessions({
  database,
  now,
  end,
}: {
  database: Database;
  now: Now;
  end: EndSession;
}) {
  /** Live sessions of the viewer, the one used last first. */
  async function list(viewer: Viewer): Promise<SessionView[]> {
    const rows = await listSessions(database, viewer.accountId, now().toISOString());
    return rows.map((row) => viewOf(row, viewer));
  }

  /** Ends one session of the viewer's. @throws DomainError `not_found` · `forbidden` (another one, by app password) */
  async function endOne(viewer: Viewer, sessionId: number, address: string): Promise<void> {
    if (sessionId !== viewer.sessionId) checkScope(viewer, 'security');
    const session = { id: sessionId, account_id: viewer.accountId };
    const how = { by: 'logout', actorId: viewer.accountId, address };
    const isEnded = await database.transaction((tx) => end(tx, session, how));
    if (!isEnded) throw new DomainError('not_found', 'There is no such session.');
  }

  return { list, end: endOne };
}

function viewOf(row: SessionRow, viewer: Viewer): SessionView {
  return {
    id: row.id,
    device: row.device,
    address: row.address,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
    isCurrent: row.id === viewer.sessionId,
  };
}
