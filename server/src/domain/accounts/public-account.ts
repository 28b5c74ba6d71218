import type { Db, Tx } from '../../db/database.ts';
import type { AccountRow } from '../../db/schema.ts';
import { isActive } from '../visibility/visibility.ts';
import { type AccountCard, foldName, isUsername, noSuchAccount } from './account.ts';
import { readAccountCards } from './account-card-store.ts';
import { findAccountByName } from './account-name-store.ts';
import { findAccount } from './account-store.ts';

/** What everybody sees of an account. */
export type PublicAccount = {
  card: AccountCard;
  bio: string;
  postCount: number;
  followerCount: number;
  followingCount: number;
  createdAt: string;
};

/** The key of a username in the table of names. @throws DomainError `not_found`: nobody can have it */
export function nameKeyOf(username: string): string {
  // Engines differ in what they make of odd characters; none is in a username.
  if (!isUsername(username)) throw noSuchAccount();
  return foldName(username);
}

/** @throws DomainError `not_found`, also when the account is disabled */
export async function readPublic(db: Db, nameKey: string): Promise<PublicAccount> {
  return withCard(db, await findActive(db, nameKey));
}

async function findActive(db: Db, nameKey: string): Promise<AccountRow> {
  const row = await findAccountByName(db, nameKey, ['username']);
  if (!row || !isActive(row)) throw noSuchAccount();
  return row;
}

async function withCard(db: Db, row: AccountRow): Promise<PublicAccount> {
  const card = (await readAccountCards(db, [row.id])).get(row.id);
  if (!card) throw noSuchAccount();
  return { card, ...publicPart(row) };
}

/** Id of the account with this username, as the transaction sees it. @throws DomainError `not_found` */
export async function findActiveId(tx: Tx, username: string): Promise<number> {
  return (await findActive(tx, nameKeyOf(username))).id;
}

/** What the transaction leaves of an account. @throws DomainError `not_found` */
export async function currentPublic(tx: Tx, id: number): Promise<PublicAccount> {
  const row = await findAccount(tx, id);
  if (!row) throw noSuchAccount();
  return withCard(tx, row);
}

/** What a profile shows beside the card. */
export function publicPart(row: AccountRow): Omit<PublicAccount, 'card'> {
  return {
    bio: row.bio,
    postCount: row.post_count,
    followerCount: row.follower_count,
    followingCount: row.following_count,
    createdAt: row.created_at,
  };
}
