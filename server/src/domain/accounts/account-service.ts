import { createHash } from 'node:crypto';
import type { Database } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { AccountRow } from '../../db/schema.ts';
import { DomainError } from '../errors.ts';
import { emit } from '../events.ts';
import { isFollowing } from '../follows/follow-store.ts';
import { claimRepeat, findRepeat, type Repeatable } from '../idempotency-store.ts';
import type { Now, PasswordHasher } from '../ports.ts';
import type { Viewer } from '../sessions/session.ts';
import { endSessionsOf } from '../sessions/session-store.ts';
import {
  type AccountCard,
  checkDisplayName,
  checkLoginName,
  checkPassword,
  checkUsername,
  foldName,
  isUsername,
  nameTaken,
  type OwnAccount,
  type PasswordRule,
  type Profile,
  type Role,
} from './account.ts';
import {
  deleteAccountNames,
  findAccount,
  findAccountByName,
  insertAccount,
  insertAccountName,
  markAccountDeleted,
  readAccountCards,
  updateAccount,
} from './account-store.ts';
import { usernamesFor } from './username.ts';

export type AccountService = ReturnType<typeof accountService>;

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  passwords: PasswordHasher;
  /** Closed: only operators make accounts. */
  signUps: 'open' | 'closed';
};

export type SignUp = {
  /** Null: one is made of the name or the e-mail. */
  username: string | null;
  password: string;
  email: string | null;
  /** A free text by which an older client lets people sign in. */
  loginName?: string;
  bio?: string;
  passwordRule?: PasswordRule;
  displayName: string | null;
  idempotencyKey: string | null;
  /** For operators alone; nothing that a request says arrives here. */
  role?: Role;
};

export type ProfileChange = { displayName?: string; bio?: string };

/** Signs people up, shows and changes who they are, and lets them go. */
export function accountService({ database, newId, now, passwords, signUps }: Needs) {
  /**
   * Makes an account for whoever asks.
   * @throws DomainError `forbidden` (closed) · `invalid` (username, password, displayName) · `taken` (username, email) · `unavailable`
   */
  async function signUp(input: SignUp): Promise<OwnAccount> {
    if (signUps === 'closed') throw new DomainError('forbidden', 'Sign-ups are closed here.');
    return create(input);
  }

  /** Makes an account for somebody whom an operator wants here. @throws DomainError as `signUp`, but for `forbidden` */
  async function create(input: SignUp): Promise<OwnAccount> {
    const { username, displayName, loginName, email } = input;
    if (username !== null) return createNamed({ ...input, username });
    for (const candidate of usernamesFor(displayName ?? loginName ?? email ?? '')) {
      const isFree = !(await findAccountByName(database, foldName(candidate), allNames));
      const made = isFree && (await createNamed({ ...input, username: candidate }).catch(ifTaken));
      if (made) return made;
    }
    throw nameTaken('username');
  }

  async function createNamed(input: NamedSignUp): Promise<OwnAccount> {
    checkUsername(input.username);
    checkPassword(input.password, input);
    if (input.displayName !== null) checkDisplayName(input.displayName);
    if (input.loginName !== undefined) checkLoginName(input.loginName);
    const repeat = repeatOf(input);
    const earlier = await findRepeat(database, repeat);
    if (earlier !== null) return readOwn(earlier);
    await checkNamesFree(input);
    const row = newRow(await newId('accounts'), input, await passwords.hash(input.password));
    const id = await database.transaction(async (tx) => {
      const other = await claimRepeat(tx, repeat, row.id, now());
      if (other !== null) return other;
      await insertAccount(tx, row);
      for (const { nameKey, kind, field } of namesOf(input)) {
        const claim = { name_key: nameKey, account_id: row.id, kind };
        if (!(await insertAccountName(tx, claim))) throw nameTaken(field);
      }
      return row.id;
    });
    return readOwn(id);
  }

  /** Spares the hash when the name is taken anyway; the unique names decide, in the transaction. */
  async function checkNamesFree(input: NamedSignUp): Promise<void> {
    for (const { nameKey, field } of namesOf(input)) {
      if (await findAccountByName(database, nameKey, allNames)) {
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

  /** Id of the account that is called so: its login name or its username, in any case. @throws DomainError `not_found` */
  async function findIdByCall(name: string): Promise<number> {
    const nameKey = foldName(name);
    const row = await findAccountByName(database, nameKey, allNames);
    // One row may be login name and e-mail at once; an e-mail alone is nobody's business.
    const isCalledSo = row && [row.username, row.login_name ?? ''].map(foldName).includes(nameKey);
    if (!isCalledSo || row.disabled_at) throw noSuchAccount();
    return row.id;
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

  /** Closes the viewer's account: its names are free and its sessions over at once; its content follows. */
  async function closeMe(viewer: Viewer): Promise<void> {
    const { accountId } = viewer;
    await database.transaction(async (tx) => {
      const at = now().toISOString();
      if (!(await markAccountDeleted(tx, accountId, at))) throw noSuchAccount();
      await deleteAccountNames(tx, accountId);
      await endSessionsOf(tx, accountId, at);
      await emit(tx, now(), 'account.deleted', { accountId });
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

  /** What others see of an account beside a post. @throws DomainError `not_found` */
  async function readCard(id: number): Promise<AccountCard> {
    const card = (await readAccountCards(database, [id])).get(id);
    if (!card) throw noSuchAccount();
    return card;
  }

  function newRow(id: number, input: NamedSignUp, passwordHash: string): AccountRow {
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
      login_name: input.loginName ?? null,
      display_name: input.displayName ?? input.username,
      bio: input.bio ?? '',
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

  return { signUp, create, readCard, readMe, readProfile, findId, findIdByCall, updateMe, closeMe };
}

type NamedSignUp = SignUp & { username: string };

const allNames = ['username', 'email', 'login_name'] as const;

/** Each name of an account once: one text may be its e-mail and its login name. */
function namesOf({ username, email, loginName }: NamedSignUp) {
  const names = [
    { nameKey: foldName(username), kind: 'username', field: 'username' } as const,
    { nameKey: foldName(email ?? ''), kind: 'email', field: 'email' } as const,
    { nameKey: foldName(loginName ?? ''), kind: 'login_name', field: 'loginName' } as const,
  ];
  return names.filter(
    ({ nameKey }, index) =>
      nameKey !== '' && names.findIndex((other) => other.nameKey === nameKey) === index,
  );
}

/** Somebody was faster to take a derived username: the next one is tried. */
function ifTaken(error: unknown): null {
  const isUsername =
    error instanceof DomainError && error.code === 'taken' && error.fields[0]?.field === 'username';
  if (!isUsername) throw error;
  return null;
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

function noSuchAccount(): DomainError {
  return new DomainError('not_found', 'There is no such account.');
}
