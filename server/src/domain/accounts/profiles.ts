import type { Database } from '../../db/database.ts';
import type { AccountRow } from '../../db/schema.ts';
import { isFollowing } from '../follows/follow-store.ts';
import type { Viewer } from '../viewer.ts';
import { type AccountCard, noSuchAccount, type OwnAccount, type Profile } from './account.ts';
import { findAccount, readAccountCards } from './account-store.ts';
import { findByUsername } from './finding.ts';

/** Shows accounts to their owners and to others. */
export function profiles({ database }: { database: Database }) {
  /** The viewer's own account. @throws DomainError `not_found` */
  function readMe(viewer: Viewer): Promise<OwnAccount> {
    return readOwn(viewer.accountId);
  }

  /** Somebody's page. @throws DomainError `not_found` */
  async function readProfile(viewer: Viewer | null, username: string): Promise<Profile> {
    const row = await findByUsername(database, username);
    const isOther = viewer !== null && viewer.accountId !== row.id;
    const followedByMe = isOther ? await isFollowing(database, viewer.accountId, row.id) : null;
    return { ...publicPart(row, await readCard(row.id)), followedByMe };
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

  return { readOwn, readCard, readMe, readProfile };
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
