import type { Database } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { AppPasswordRow } from '../../db/schema.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { DomainError } from '../errors.ts';
import type { OwnerCheck, OwnerProof } from '../owner-proof.ts';
import type { Now, TokenSigner } from '../ports.ts';
import { newReadableSecret, plainSecret } from '../readable-secret.ts';
import { checkLine } from '../text.ts';
import type { Viewer } from '../viewer.ts';
import { lockViewer } from '../viewer-lock.ts';
import {
  type AppPasswordView,
  appPasswordBytes,
  appPasswordHash,
  appPasswordViewOf,
  maxAppPasswords,
} from './app-password.ts';
import {
  deleteEndedAppPasswords,
  insertAppPassword,
  listAppPasswords,
} from './app-password-store.ts';
import { findOwnerMark } from './owner-mark.ts';

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  tokens: Pick<TokenSigner, 'mac'>;
  audit: AuditLog;
  checkOwner: OwnerCheck;
};

/** Makes app passwords. */
export function appPasswordAdding({ database, newId, now, tokens, audit, checkOwner }: Needs) {
  /**
   * Makes one; it is shown this once.
   * @throws DomainError as `OwnerCheck` · `conflict` (too many)
   */
  async function add(
    viewer: Viewer,
    { name, ...proof }: { name: string } & OwnerProof,
  ): Promise<AppPasswordView & { password: string }> {
    checkLine('name', name);
    const { accountId } = viewer;
    // Read before the password is checked: if it is changed meanwhile, this is of the old one, and works for nobody.
    const ownerMark = await findOwnerMark({ db: database, tokens }, accountId);
    await checkOwner(viewer, proof);
    if ((await listAppPasswords(database, accountId, ownerMark)).length >= maxAppPasswords) {
      throw new DomainError('conflict', 'There are too many app passwords; delete one first.');
    }
    const password = newReadableSecret(appPasswordBytes);
    const plain = plainSecret(password, appPasswordBytes) ?? '';
    const row: AppPasswordRow = {
      id: await newId('app_passwords'),
      account_id: accountId,
      name,
      password_hash: appPasswordHash(tokens, accountId, plain),
      owner_mark: ownerMark,
      created_at: now().toISOString(),
      last_used_at: null,
    };
    await database.transaction(async (tx) => {
      await lockViewer(tx, viewer, row.created_at);
      await deleteEndedAppPasswords(tx, accountId, ownerMark);
      await insertAppPassword(tx, row);
      await audit.record(tx, {
        action: 'app-password.added',
        accountId,
        actorId: accountId,
        address: proof.address,
        details: { appPasswordId: row.id },
      });
    });
    return { ...appPasswordViewOf(row), password };
  }

  return { add };
}
