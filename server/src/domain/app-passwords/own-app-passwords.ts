import type { Database } from '../../db/database.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { checkScope } from '../credential.ts';
import { DomainError } from '../errors.ts';
import type { Now, TokenSigner } from '../ports.ts';
import { endSessionsOfAppPassword } from '../sessions/session-store.ts';
import { cancelVerificationsOfSessions } from '../verifications/verification-store.ts';
import type { Viewer } from '../viewer.ts';
import { type AppPasswordView, appPasswordViewOf } from './app-password.ts';
import { deleteAppPassword, listAppPasswords } from './app-password-store.ts';
import { findOwnerMark } from './owner-mark.ts';

type Needs = {
  database: Database;
  now: Now;
  tokens: Pick<TokenSigner, 'mac'>;
  audit: AuditLog;
};

/** Lists and removes the app passwords of viewers. */
export function ownAppPasswords({ database, now, tokens, audit }: Needs) {
  /** The viewer's, the newest first. */
  async function list(viewer: Viewer): Promise<AppPasswordView[]> {
    const { accountId } = viewer;
    const ownerMark = await findOwnerMark({ db: database, tokens }, accountId);
    return (await listAppPasswords(database, accountId, ownerMark)).map(appPasswordViewOf);
  }

  /** Takes one away, and ends what was opened with it. @throws DomainError `forbidden` (by app password) · `not_found` */
  async function remove(
    viewer: Viewer,
    { id, address }: { id: number; address: string },
  ): Promise<void> {
    checkScope(viewer, 'security');
    const { accountId } = viewer;
    await database.transaction(async (tx) => {
      if (!(await deleteAppPassword(tx, accountId, id))) {
        throw new DomainError('not_found', 'There is no such app password.');
      }
      const at = now().toISOString();
      const ended = await endSessionsOfAppPassword(tx, { accountId, appPasswordId: id, at });
      await cancelVerificationsOfSessions(tx, accountId, ended, at);
      await audit.record(tx, {
        action: 'app-password.removed',
        accountId,
        actorId: accountId,
        address,
        details: { appPasswordId: id },
      });
    });
  }

  return { list, remove };
}
