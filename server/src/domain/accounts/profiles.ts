import type { Database } from '../../db/database.ts';
import type { AccountRow } from '../../db/schema.ts';
import { isFollowing } from '../follows/follow-store.ts';
import type { LanguageCode } from '../language-code.ts';
import type { Now } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import { isActive } from '../visibility/visibility.ts';
import {
  type AccountCard,
  checkDisplayName,
  foldName,
  isUsername,
  noSuchAccount,
  type OwnAccount,
  type Profile,
} from './account.ts';
import { checkLives } from './account-lives.ts';
import { findAccountByName } from './account-name-store.ts';
import { signInNames } from './account-names.ts';
import { findAccount, readAccountCards, updateAccount } from './account-store.ts';

export type ProfileChange = { displayName?: string; bio?: string; language?: LanguageCode };

/** Finds accounts, and shows and changes what others see of them. */
export function profiles({ database, now }: { database: Database; now: Now }) {
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
  async function findIdByLoginName(name: string): Promise<number> {
    const nameKey = foldName(name);
    const row = await findAccountByName(database, nameKey, signInNames);
    // One row may be login name and e-mail at once; an e-mail alone is nobody's business.
    const isCalledSo = row && [row.username, row.login_name ?? ''].map(foldName).includes(nameKey);
    if (!isCalledSo || !isActive(row)) throw noSuchAccount();
    return row.id;
  }

  /** Whether an account has this e-mail: for contracts that have always told. */
  async function isEmailTaken(email: string): Promise<boolean> {
    return (await findAccountByName(database, foldName(email), ['email'])) !== null;
  }

  /** Changes what others see of the viewer. @throws DomainError `invalid` */
  async function updateMe(viewer: Viewer, change: ProfileChange): Promise<OwnAccount> {
    if (change.displayName !== undefined) checkDisplayName(change.displayName);
    await database.transaction(async (tx) => {
      await checkLives(tx, viewer.accountId);
      await updateAccount(tx, viewer.accountId, {
        ...(change.displayName === undefined ? {} : { display_name: change.displayName }),
        ...(change.bio === undefined ? {} : { bio: change.bio }),
        ...(change.language === undefined ? {} : { language: change.language }),
        updated_at: now().toISOString(),
      });
    });
    return readMe(viewer);
  }

  async function findByUsername(username: string): Promise<AccountRow> {
    // Engines differ in what they make of odd characters; none is in a username.
    if (!isUsername(username)) throw noSuchAccount();
    const row = await findAccountByName(database, foldName(username), ['username']);
    if (!row || !isActive(row)) throw noSuchAccount();
    return row;
  }

  async function readOwn(id: number): Promise<OwnAccount> {
    const row = await findAccount(database, id);
    if (!row) throw noSuchAccount();
    return {
      ...publicPart(row, await readCard(id)),
      email: row.email,
      emailVerifiedAt: row.email_verified_at,
      language: row.language,
      phone: row.phone,
      phoneVerifiedAt: row.phone_verified_at,
      hasPassword: row.password_hash !== null,
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

  return {
    readOwn,
    readCard,
    readMe,
    readProfile,
    findId,
    findIdByLoginName,
    isEmailTaken,
    updateMe,
  };
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
