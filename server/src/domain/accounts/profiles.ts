import type { Database } from '../../db/database.ts';
import { followedAccounts } from '../follows/followed-accounts.ts';
import type { MemoryBudget } from '../memory-budget.ts';
import type { Viewer } from '../viewer.ts';
import type { ReadRelations } from '../visibility/relations.ts';
import { type AccountCard, noSuchAccount, type OwnAccount, type Profile } from './account.ts';
import { readAccountCards } from './account-card-store.ts';
import { findAccount } from './account-store.ts';
import type { FindPublic } from './profile-memory.ts';
import { type PublicAccount, publicPart } from './public-account.ts';

type Needs = {
  database: Database;
  memory: MemoryBudget;
  findPublic: FindPublic;
  relations: ReadRelations;
};

/** Shows accounts to their owners and to others. */
export function profiles({ database, memory, findPublic, relations }: Needs) {
  const follows = followedAccounts(database, memory.follows);

  /** The viewer's own account. @throws DomainError `not_found` */
  function readMe(viewer: Viewer): Promise<OwnAccount> {
    return readOwn(viewer.accountId);
  }

  /** Somebody's page. @throws DomainError `not_found` */
  async function readProfile(viewer: Viewer | null, username: string): Promise<Profile> {
    const account = await findPublic(username);
    const { id } = account.card;
    if (viewer === null || viewer.accountId === id) return profileOf(account, null);
    const [followed, relation] = await Promise.all([
      follows(viewer.accountId, [id]),
      relations(viewer, [id]),
    ]);
    const { blocks, blockedBy } = relation(id);
    if (blockedBy) throw noSuchAccount();
    return profileOf(account, { followedByMe: followed.has(id), blockedByMe: blocks });
  }

  async function readOwn(id: number): Promise<OwnAccount> {
    const row = await findAccount(database, id);
    if (!row) throw noSuchAccount();
    return {
      ...(await readCard(id)),
      ...publicPart(row),
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

/** @param toViewer null for oneself, and for somebody who is not signed in */
export function profileOf(
  account: PublicAccount,
  toViewer: { followedByMe: boolean; blockedByMe: boolean } | null,
): Profile {
  const { followedByMe = null, blockedByMe = null } = toViewer ?? {};
  const { card, bio, postCount, followerCount, followingCount, createdAt } = account;
  const counts = { postCount, followerCount, followingCount };
  return { ...card, bio, ...counts, createdAt, followedByMe, blockedByMe };
}
