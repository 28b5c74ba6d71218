import { createHash } from 'node:crypto';
import type { Database, Tx } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { AccountRow } from '../../db/schema.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { DomainError } from '../errors.ts';
import { isFollowing } from '../follows/follow-store.ts';
import { claimRepeat, findRepeat, type Repeatable } from '../idempotency-store.ts';
import type { Now, PasswordHasher } from '../ports.ts';
import type { Viewer } from '../sessions/session.ts';
import {
  type AccountCard,
  checkDisplayName,
  checkPassword,
  checkUsername,
  foldName,
  isUsername,
  nameTaken,
  noSuchAccount,
  type OwnAccount,
  type Profile,
  type Role,
} from './account.ts';
import { checkAdminRemains, operator } from './account-admin.ts';
import { closeAccount } from './account-closing.ts';
import {
  findAccount,
  findAccountByName,
  holdAdmins,
  insertAccount,
  insertAccountName,
  readAccountCards,
  updateAccount,
} from './account-store.ts';

export type AccountService = ReturnType<typeof accountService>;

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  passwords: PasswordHasher;
  audit: AuditLog;
  /** Closed: only operators make accounts. */
  signUps: 'open' | 'closed';
};

export type SignUp = {
  username: string;
  /** Null: there is no way in by a password. */
  password: string | null;
  email: string | null;
  displayName: string | null;
  idempotencyKey: string | null;
  /** For operators alone; nothing that a request says arrives here. */
  role?: Role;
};

/** Who makes an account, and what must happen together with it. */
export type Origin = {
  actorId: number | 'self' | null;
  address: string;
  repeat?: Repeatable | null;
  alongside?: (tx: Tx, row: Pick<AccountRow, 'id' | 'email'>) => Promise<void>;
};

export type ProfileChange = { displayName?: string; bio?: string };

/** Signs people up, shows and changes who they are, and lets them go. */
export function accountService(needs: Needs) {
  const { database, newId, now, passwords, audit, signUps } = needs;

  /**
   * Makes an account for whoever asks.
   * @throws DomainError `forbidden` (closed) · `invalid` (username, password, displayName) · `taken` (username, email) · `unavailable`
   */
  async function signUp(input: SignUp, address: string): Promise<OwnAccount> {
    if (signUps === 'closed') throw new DomainError('forbidden', 'Sign-ups are closed here.');
    return create(input, { actorId: 'self', address });
  }

  /** Makes an account for somebody whom an operator wants here. @throws DomainError as `signUp`, but for `forbidden` */
  async function create(input: SignUp, origin: Origin = atConsole): Promise<OwnAccount> {
    checkUsername(input.username);
    if (input.password !== null) checkPassword(input.password, input);
    if (input.displayName !== null) checkDisplayName(input.displayName);
    const repeat = origin.repeat === undefined ? repeatOf(input) : origin.repeat;
    const earlier = await findRepeat(database, repeat);
    if (earlier !== null) return readOwn(earlier);
    await checkNamesFree(input);
    const passwordHash = input.password === null ? null : await passwords.hash(input.password);
    const row = newRow(await newId('accounts'), input, passwordHash);
    const id = await database.transaction(async (tx) => {
      const other = await claimRepeat(tx, repeat, row.id, now());
      if (other !== null) return other;
      await insertAccount(tx, row);
      for (const { nameKey, kind, field } of namesOf(input)) {
        const claim = { name_key: nameKey, account_id: row.id, kind };
        if (!(await insertAccountName(tx, claim))) throw nameTaken(field);
      }
      await noteCreation(tx, row, origin);
      await origin.alongside?.(tx, row);
      return row.id;
    });
    return readOwn(id);
  }

  function noteCreation(
    tx: Tx,
    { id, username, role }: Pick<AccountRow, 'id' | 'username' | 'role'>,
    { actorId, address }: Origin,
  ): Promise<void> {
    return audit.record(tx, {
      action: 'account.created',
      accountId: id,
      actorId: actorId === 'self' ? id : actorId,
      address,
      details: { username, role },
    });
  }

  /** Spares the hash when the name is taken anyway; the unique names decide, in the transaction. */
  async function checkNamesFree(input: SignUp): Promise<void> {
    for (const { nameKey, field } of namesOf(input)) {
      if (await findAccountByName(database, nameKey, ['username', 'email', 'login_name'])) {
        throw nameTaken(field);
      }
    }
  }

  /** The viewer's own account. @throws DomainError `not_found` */
  function readMe(viewer: Viewer): Promise<OwnAccount> {
    return readOwn(viewer.accountId);
  }

  /** Somebody's page. @throws DomainError `not_found` */
  async function readProfile(viewer: Viewer | null, username: string): Promise<Profile> {
    const row = await findByUsername(username);
    const isOther = viewer !== null && viewer.accountId !== row.id;
    const followedByMe = isOther ? await isFollowing(database, viewer.accountId, row.id) : null;
    return { ...publicPart(row, await readCard(row.id)), followedByMe };
  }

  /** Id of the account with this username. @throws DomainError `not_found` */
  async function findId(username: string): Promise<number> {
    return (await findByUsername(username)).id;
  }

  /** Changes what others see of the viewer. @throws DomainError `invalid` */
  async function updateMe(viewer: Viewer, change: ProfileChange): Promise<OwnAccount> {
    if (change.displayName !== undefined) checkDisplayName(change.displayName);
    await database.transaction((tx) =>
      updateAccount(tx, viewer.accountId, {
        ...(change.displayName === undefined ? {} : { display_name: change.displayName }),
        ...(change.bio === undefined ? {} : { bio: change.bio }),
        updated_at: now().toISOString(),
      }),
    );
    return readMe(viewer);
  }

  /**
   * Closes the viewer's account: its names are free and its sessions over at once; its content follows.
   * @throws DomainError `conflict` (the last admin)
   */
  async function closeMe(viewer: Viewer, address: string): Promise<void> {
    const { accountId } = viewer;
    await database.transaction(async (tx) => {
      const at = now().toISOString();
      // The role cannot change any more once the row is held.
      await updateAccount(tx, accountId, { updated_at: at });
      const account = await findAccount(tx, accountId);
      if (!account) throw noSuchAccount();
      if (account.role === 'admin') checkAdminRemains(account, await holdAdmins(tx, at));
      await closeAccount(tx, accountId, now());
      await audit.record(tx, {
        action: 'account.deleted',
        accountId,
        actorId: accountId,
        address,
        details: { username: account.username },
      });
    });
  }

  async function findByUsername(username: string): Promise<AccountRow> {
    // Engines differ in what they make of odd characters; none is in a username.
    if (!isUsername(username)) throw noSuchAccount();
    const row = await findAccountByName(database, foldName(username), ['username']);
    if (!row || row.disabled_at) throw noSuchAccount();
    return row;
  }

  async function readOwn(id: number): Promise<OwnAccount> {
    const row = await findAccount(database, id);
    if (!row) throw noSuchAccount();
    return {
      ...publicPart(row, await readCard(id)),
      email: row.email,
      emailVerified: row.email_verified_at !== null,
      role: row.role,
      mediaBytes: row.media_bytes,
    };
  }

  async function readCard(id: number): Promise<AccountCard> {
    const card = (await readAccountCards(database, [id])).get(id);
    if (!card) throw noSuchAccount();
    return card;
  }

  function newRow(
    id: number,
    input: SignUp,
    passwordHash: string | null,
  ): Omit<AccountRow, 'display_name_key'> {
    const at = now().toISOString();
    return {
      id,
      username: input.username,
      email: input.email,
      email_verified_at: null,
      phone: null,
      phone_verified_at: null,
      language: 'en',
      last_login_at: null,
      login_name: null,
      display_name: input.displayName ?? input.username,
      bio: '',
      role: input.role ?? 'user',
      password_hash: passwordHash,
      avatar_media_id: null,
      post_count: 0,
      follower_count: 0,
      following_count: 0,
      media_bytes: 0,
      created_at: at,
      updated_at: at,
      disabled_at: null,
      deleted_at: null,
    };
  }

  return { signUp, create, readMe, readProfile, findId, updateMe, closeMe };
}

const atConsole: Origin = { actorId: null, address: operator.address };

function namesOf({ username, email }: SignUp) {
  const names = [{ nameKey: foldName(username), kind: 'username', field: 'username' } as const];
  if (email === null) return names;
  return [...names, { nameKey: foldName(email), kind: 'email', field: 'email' } as const];
}

function publicPart(row: AccountRow, card: AccountCard) {
  return {
    ...card,
    bio: row.bio,
    postCount: row.post_count,
    followerCount: row.follower_count,
    followingCount: row.following_count,
    createdAt: row.created_at,
  };
}

function repeatOf(input: SignUp): Repeatable | null {
  if (input.idempotencyKey === null) return null;
  const asked = JSON.stringify([input.username, input.password, input.email, input.displayName]);
  const fingerprint = createHash('sha256').update(asked).digest('hex');
  return { accountId: 0, key: input.idempotencyKey, operation: 'accounts.signUp', fingerprint };
}
