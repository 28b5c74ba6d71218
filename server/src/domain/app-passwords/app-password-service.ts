import type { Database } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { AccountRow, AppPasswordRow } from '../../db/schema.ts';
import { findAccount } from '../accounts/account-store.ts';
import { passwordFingerprint } from '../accounts/password-fingerprint.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { checkScope } from '../credential.ts';
import { DomainError } from '../errors.ts';
import type { OwnerCheck, OwnerProof } from '../owner-proof.ts';
import type { Now, TokenSigner } from '../ports.ts';
import { newReadableSecret, plainSecret } from '../readable-secret.ts';
import { type Proof } from '../sessions/session.ts';
import { endSessionsOfAppPassword } from '../sessions/session-store.ts';
import { checkLine } from '../text.ts';
import { cancelVerificationsOfSessions } from '../verifications/verification-store.ts';
import type { Viewer } from '../viewer.ts';
import { lockViewer } from '../viewer-lock.ts';
import { type AppPasswordView, appPasswordBytes, maxAppPasswords } from './app-password.ts';
import {
  deleteAppPassword,
  deleteEndedAppPasswords,
  findAppPasswordId,
  insertAppPassword,
  listAppPasswords,
  noteAppPasswordUse,
} from './app-password-store.ts';

type Owner = Pick<AccountRow, 'id' | 'password_hash'>;

export type AppPasswordService = ReturnType<typeof appPasswordService>;

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  tokens: Pick<TokenSigner, 'mac'>;
  audit: AuditLog;
  checkOwner: OwnerCheck;
};

/** Nobody: takes as long as somebody. */
const nobody = { id: 0, password_hash: null };

/**
 * Passwords for programs that cannot ask for a second factor: one each, made here, and taken away one by one. With the
 * password of the account all of them end: who took it over may have made some.
 */
export function appPasswordService({ database, newId, now, tokens, audit, checkOwner }: Needs) {
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
    const ownerMark = await markOf(accountId);
    await checkOwner(viewer, proof);
    if ((await listAppPasswords(database, accountId, ownerMark)).length >= maxAppPasswords) {
      throw new DomainError('conflict', 'There are too many app passwords; delete one first.');
    }
    const password = newReadableSecret(appPasswordBytes);
    const row: AppPasswordRow = {
      id: await newId('app_passwords'),
      account_id: accountId,
      name,
      password_hash: hashOf(accountId, plainSecret(password, appPasswordBytes) ?? ''),
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
    return { ...viewOf(row), password };
  }

  /** The viewer's, the newest first. */
  async function list(viewer: Viewer): Promise<AppPasswordView[]> {
    const { accountId } = viewer;
    const ownerMark = await markOf(accountId);
    return (await listAppPasswords(database, accountId, ownerMark)).map(viewOf);
  }

  async function markOf(accountId: number): Promise<string> {
    return passwordFingerprint(tokens, (await findAccount(database, accountId)) ?? nobody);
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

  /** The proof that a typed text is when it is an app password of the account. */
  async function findProof(account: Owner | null, typed: string): Promise<Proof | null> {
    const plain = plainSecret(typed, appPasswordBytes);
    if (plain === null) return null;
    const owner = account ?? nobody;
    const ownerMark = passwordFingerprint(tokens, owner);
    const id = await findAppPasswordId(database, {
      accountId: owner.id,
      passwordHash: hashOf(owner.id, plain),
      ownerMark,
    });
    if (id === null) return null;
    return {
      by: 'app-password',
      appPasswordId: id,
      async use(tx) {
        // The password of the account may have changed since, and this one ended with it.
        const current = passwordFingerprint(tokens, (await findAccount(tx, owner.id)) ?? nobody);
        const isUsed = await noteAppPasswordUse(tx, id, now().toISOString());
        if (isUsed && current === ownerMark) return;
        throw new DomainError('wrong_password', 'The login or the password is wrong.');
      },
    };
  }

  function hashOf(accountId: number, plain: string): string {
    return tokens.mac(`app password ${accountId} ${plain}`);
  }

  return { add, list, remove, findProof };
}

function viewOf(row: AppPasswordRow): AppPasswordView {
  return {
    id: row.id,
    name: row.name,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  };
}
