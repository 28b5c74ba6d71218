import type { Database } from '../../db/database.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { by, checkMay, roleOf } from '../authority.ts';
import type { Now } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import { lockDocument, writeDocument } from './document-writing.ts';
import { storedDocument, type UserDocument, type UserDocumentView } from './user-document.ts';
import { contentOf } from './user-document-view.ts';

type Needs = {
  database: Database;
  now: Now;
  audit: AuditLog;
  /** See `documentReading`. */
  read: (viewer: Viewer, accountId: number) => Promise<UserDocumentView>;
};

/** Changes what documents say. */
export function documentChanging({ database, now, audit, read }: Needs) {
  /**
   * Replaces some keys of a document, each whole. Owners change their own; admins change all, which is audited.
   * @throws DomainError `forbidden` · `not_found` · `invalid` (nested too deeply) · `too_large`
   */
  async function update(
    actor: { who: Viewer; address: string },
    accountId: number,
    change: UserDocument,
  ): Promise<UserDocumentView> {
    await database.transaction(async (tx) => {
      const row = await lockDocument(tx, accountId, now().toISOString());
      if (actor.who.accountId !== accountId) {
        checkMay(await roleOf(tx, actor), 'govern');
        const entry = { action: 'user-document.changed', accountId } as const;
        const details = { keys: Object.keys(change).join(' ') };
        await audit.record(tx, { ...entry, ...by(actor), details });
      }
      await writeDocument(tx, row, { content: storedDocument({ ...contentOf(row), ...change }) });
    });
    return read(actor.who, accountId);
  }

  return { update };
}
