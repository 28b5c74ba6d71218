import type { Database } from '../../db/database.ts';
import type { ReadRelations } from '../visibility/relations.ts';
import { isActive, type PostViewer } from '../visibility/visibility.ts';
import { foldName, noSuchAccount } from './account.ts';
import { findAccountByName } from './account-name-store.ts';
import { signInNames } from './account-names.ts';
import type { FindPublic } from './profile-memory.ts';

type Needs = { database: Database; findPublic: FindPublic; relations: ReadRelations };

/** Finds accounts by what they are called. */
export function accountFinding({ database, findPublic, relations }: Needs) {
  /** Id of the account with this username. @throws DomainError `not_found` */
  async function findId(username: string): Promise<number> {
    return (await findPublic(username)).card.id;
  }

  /** As `findId`, but a viewer does not find accounts that have blocked them. @throws DomainError `not_found` */
  async function findIdFor(viewer: PostViewer, username: string): Promise<number> {
    const id = await findId(username);
    await checkNotBlockedBy(viewer, id);
    return id;
  }

  /** @throws DomainError `not_found` */
  async function checkNotBlockedBy(viewer: PostViewer, id: number): Promise<void> {
    if ((await relations(viewer, [id]))(id).blockedBy) throw noSuchAccount();
  }

  /**
   * Id of the account that is called so: its login name or its username, in any case.
   * @param viewer does not find accounts that have blocked them; null: finds all
   * @throws DomainError `not_found`
   */
  async function findIdByLoginName(name: string, viewer: PostViewer = null): Promise<number> {
    const nameKey = foldName(name);
    const row = await findAccountByName(database, nameKey, signInNames);
    // One row may be login name and e-mail at once; an e-mail alone is nobody's business.
    const isCalledSo = row && [row.username, row.login_name ?? ''].map(foldName).includes(nameKey);
    if (!isCalledSo || !isActive(row)) throw noSuchAccount();
    await checkNotBlockedBy(viewer, row.id);
    return row.id;
  }

  /** Whether an account has this e-mail: for contracts that have always told. */
  async function isEmailTaken(email: string): Promise<boolean> {
    return (await findAccountByName(database, foldName(email), ['email'])) !== null;
  }

  return { findId, findIdFor, findIdByLoginName, isEmailTaken };
}
