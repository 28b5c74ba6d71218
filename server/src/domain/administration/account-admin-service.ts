import type { Database, Tx } from '../../db/database.ts';
import type { AccountRow, VerificationRow } from '../../db/schema.ts';
import {
  checkPassword,
  foldName,
  noSuchAccount,
  type Role,
  roleRanks,
} from '../accounts/account.ts';
import { findAccountByName } from '../accounts/account-name-store.ts';
import type { AccountService } from '../accounts/account-service.ts';
import { findAccount, lockAdmins, updateAccount } from '../accounts/account-store.ts';
import type { SignUp } from '../accounts/signing-up.ts';
import type { AuditAction, AuditLog } from '../audit/audit-log.ts';
import {
  type Act,
  type Actor,
  by,
  checkAdminRemains,
  checkMay,
  checkMayTouch,
  idOf,
  roleAtFirst,
  roleOf,
} from '../authority.ts';
import { broadcastAfterCommit } from '../broadcasts.ts';
import { closeAccount } from '../closing/account-closing.ts';
import { minuteMs } from '../durations.ts';
import { DomainError, invalid } from '../errors.ts';
import { emit } from '../events.ts';
import { idIn } from '../id.ts';
import { type IdempotentRequest, idempotentRequest } from '../idempotency-store.ts';
import { type DatedPageRequest, datedPageOf, type Page, placeOfRow } from '../paging.ts';
import { removeNewLogins } from '../passwords/new-logins.ts';
import type { Now, PasswordHasher, TokenSigner } from '../ports.ts';
import { endAccess } from '../sessions/access-ending.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import { isActive } from '../visibility/visibility.ts';
import {
  type AccountChange,
  type AccountFilter,
  type AccountRecord,
  actOf,
  recordOf,
} from './account-admin.ts';
import { listAccounts } from './account-search-store.ts';

export type AccountAdminService = ReturnType<typeof accountAdminService>;

type Needs = {
  database: Database;
  now: Now;
  passwords: Pick<PasswordHasher, 'hash'>;
  tokens: Pick<TokenSigner, 'mac'>;
  accounts: Pick<AccountService, 'create'>;
  verifications: Pick<VerificationService, 'prepare' | 'issue'>;
  audit: AuditLog;
};

type NewAccount = Omit<SignUp, 'role'> & { role: Role };

/** What an act is about, while no other admin can act. */
type Locked = { target: AccountRow; admins: number };

const recoveryLifeMs = 30 * minuteMs;

/** What moderators, admins and the operator do to accounts of others. Roles are read where data is read or changed. */
export function accountAdminService(needs: Needs) {
  const { database, now, passwords, tokens, accounts, verifications, audit } = needs;

  /** Accounts that are not deleted, the newest first. @throws DomainError `forbidden` · `invalid` (q) */
  async function list(
    actor: Actor,
    { q, role, state, skip = 0 }: AccountFilter,
    page: DatedPageRequest,
  ): Promise<Page<AccountRecord>> {
    checkMay(roleAtFirst(actor), 'read');
    const prefix = q === undefined ? null : foldName(q);
    if (prefix === '') throw invalid('q', 'must have a character that can be seen');
    const search = { prefix, role: role ?? null, state: state ?? null, skip };
    const rows = await listAccounts(database, search, page);
    const { items, nextCursor } = datedPageOf('accounts', rows, page.limit, placeOfRow);
    return { items: items.map(recordOf), nextCursor };
  }

  /** @throws DomainError `forbidden` · `not_found` */
  async function read(actor: Actor, id: number): Promise<AccountRecord> {
    checkMay(roleAtFirst(actor), 'read');
    const row = await findAccount(database, id);
    if (!row) throw noSuchAccount();
    return recordOf(row);
  }

  /**
   * The account that a person means by a word: its username, its e-mail, or its id.
   * @throws DomainError `forbidden` · `not_found` · `conflict` (the name of one account, the id of another)
   */
  async function find(actor: Actor, word: string): Promise<AccountRecord> {
    checkMay(roleAtFirst(actor), 'read');
    const id = idIn(word.replace(/^id:/, ''));
    const byName = await findAccountByName(database, foldName(word), ['username', 'email']);
    const byId = id === null ? null : await findAccount(database, id);
    // Usernames of digits alone were allowed once; a guess might delete somebody else.
    if (byName && byId && byName.id !== byId.id) {
      const both = `Account ${byName.id} is called ${word}, and there is an account ${byId.id}`;
      throw new DomainError('conflict', `${both}: write id:${byName.id} or id:${byId.id}.`);
    }
    const row = byName ?? byId;
    if (!row) throw noSuchAccount();
    return recordOf(row);
  }

  /**
   * Makes an account. Without a password its owner is sent a way to choose one.
   * @throws DomainError as `AccountService.create`
   */
  async function create(actor: Actor, input: NewAccount): Promise<AccountRecord> {
    checkMay(roleAtFirst(actor), 'govern');
    if (input.password === null && input.email === null) {
      throw invalid('password', 'must be given where there is no e-mail to send a link to');
    }
    const recovery = input.password === null ? await prepareRecovery() : null;
    const { id } = await accounts.create(input, {
      actorId: idOf(actor),
      address: actor.address,
      repeat: repeatOf(tokens, actor, input),
      async alongside(tx, row) {
        checkMay(await roleOf(tx, actor), 'govern');
        if (recovery) await sendRecovery(tx, row, recovery);
      },
    });
    return read(actor, id);
  }

  /**
   * Changes who may get in and what they may do there; what is so already stays. Nobody changes their own account, and
   * there is always an admin left.
   * @throws DomainError `forbidden` · `not_found` · `conflict` (one’s own account, the last admin)
   */
  async function change(actor: Actor, id: number, wanted: AccountChange): Promise<AccountRecord> {
    checkMay(roleAtFirst(actor), actOf(wanted));
    const recovery = wanted.forceReset ? await prepareRecovery() : null;
    await database.transaction(async (tx) => {
      const locked = await lock(tx, actor, id, actOf(wanted));
      const { target } = locked;
      if (wanted.disabled === true && isActive(target)) await disable(tx, actor, locked);
      if (wanted.disabled === false && !isActive(target)) await enable(tx, actor, target);
      if (wanted.role && wanted.role !== target.role) await setRole(tx, actor, locked, wanted.role);
      if (recovery) await reset(tx, actor, target, recovery);
    });
    return read(actor, id);
  }

  /** Closes an account as its owner would. @throws DomainError as `change` */
  async function remove(actor: Actor, id: number): Promise<void> {
    checkMay(roleAtFirst(actor), 'govern');
    await database.transaction(async (tx) => {
      const { target, admins } = await lock(tx, actor, id, 'govern');
      checkAdminRemains(target, admins);
      await closeAccount(tx, id, now());
      await note(tx, actor, 'account.deleted', id, { username: target.username });
    });
  }

  /**
   * Gives an account another password, ends its sessions, and removes the logins that were added since its owner last
   * proved themselves by mail. @throws DomainError as `change` · `invalid` (password)
   */
  async function setPassword(actor: Actor, id: number, password: string): Promise<void> {
    checkMay(roleAtFirst(actor), 'govern');
    checkPassword(password, await read(actor, id));
    const passwordHash = await passwords.hash(password);
    await database.transaction(async (tx) => {
      const { target } = await lock(tx, actor, id, 'govern');
      await lockOut(tx, id, { password_hash: passwordHash });
      await removeNewLogins(tx, target);
      await note(tx, actor, 'password.changed', id);
      await emit(tx, now(), 'account.changed', { accountId: id, what: 'password' });
    });
  }

  /**
   * Lets one act happen at a time: the rows of all admins are locked until the transaction ends. Two admins who take each
   * other's role away do it one after the other, and the second one is no admin any more.
   */
  async function lock(tx: Tx, actor: Actor, id: number, act: Act): Promise<Locked> {
    const admins = await lockAdmins(tx, now().toISOString());
    const role = await roleOf(tx, actor);
    checkMay(role, act);
    const target = await findAccount(tx, id);
    if (!target) throw noSuchAccount();
    checkMayTouch({ id: idOf(actor), role }, target);
    return { target, admins };
  }

  async function disable(tx: Tx, actor: Actor, { target, admins }: Locked): Promise<void> {
    checkAdminRemains(target, admins);
    await lockOut(tx, target.id, { disabled_at: now().toISOString() });
    await emit(tx, now(), 'account.hidden', { accountId: target.id });
    await note(tx, actor, 'account.disabled', target.id);
  }

  async function enable(tx: Tx, actor: Actor, { id }: AccountRow): Promise<void> {
    await updateAccount(tx, id, { disabled_at: null, updated_at: now().toISOString() });
    await emit(tx, now(), 'account.hidden', { accountId: id });
    await note(tx, actor, 'account.enabled', id);
  }

  /** An account that loses rights has to sign in again, so that no client keeps showing what it may no longer see. */
  async function setRole(
    tx: Tx,
    actor: Actor,
    { target, admins }: Locked,
    role: Role,
  ): Promise<void> {
    const at = now().toISOString();
    checkAdminRemains(target, admins);
    await updateAccount(tx, target.id, { role, updated_at: at });
    // Streams that were opened with the former role end.
    broadcastAfterCommit(tx, 'account.activity', { accountId: target.id });
    if (roleRanks[role] < roleRanks[target.role]) await endAccess(tx, target.id, { at });
    await note(tx, actor, 'account.role-changed', target.id, { from: target.role, to: role });
  }

  async function reset(
    tx: Tx,
    actor: Actor,
    target: AccountRow,
    recovery: VerificationRow,
  ): Promise<void> {
    await lockOut(tx, target.id, { password_hash: null });
    // Without an address nothing is mailed, and these may be the only way back.
    if (target.email !== null) await removeNewLogins(tx, target);
    await note(tx, actor, 'account.reset-forced', target.id);
    await emit(tx, now(), 'account.changed', { accountId: target.id, what: 'password' });
    await sendRecovery(tx, target, recovery);
  }

  /** The account first: a login that is on its way waits for its row, and then sees what has changed. */
  async function lockOut(
    tx: Tx,
    id: number,
    values: Pick<Partial<AccountRow>, 'disabled_at' | 'password_hash'>,
  ): Promise<void> {
    const at = now().toISOString();
    await updateAccount(tx, id, { ...values, updated_at: at });
    await endAccess(tx, id, { at });
  }

  function prepareRecovery(): Promise<VerificationRow> {
    const purpose = 'recover-password';
    return verifications.prepare({ purpose, accountId: null, lifeMs: recoveryLifeMs });
  }

  async function sendRecovery(
    tx: Tx,
    { id, email }: Pick<AccountRow, 'id' | 'email'>,
    recovery: VerificationRow,
  ): Promise<void> {
    if (email === null) return;
    await verifications.issue(tx, { ...recovery, account_id: id, subject: email });
    await emit(tx, now(), 'verification.issued', { verificationId: recovery.id });
  }

  function note(
    tx: Tx,
    actor: Actor,
    action: AuditAction,
    accountId: number,
    details: Record<string, string> = {},
  ): Promise<void> {
    return audit.record(tx, { action, accountId, ...by(actor), details });
  }

  return { list, read, find, create, change, remove, setPassword };
}

function repeatOf(
  tokens: Needs['tokens'],
  actor: Actor,
  input: NewAccount,
): IdempotentRequest | null {
  const { username, password, email, displayName, role, idempotencyKey: key } = input;
  const asked = JSON.stringify([username, password, email, displayName, role]);
  const accountId = idOf(actor) ?? 0;
  return idempotentRequest(tokens, { accountId, key, operation: 'accounts.create', asked });
}
