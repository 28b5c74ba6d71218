import type { Tx } from '../../db/database.ts';
import { type Actor, checkMay, roleOf } from '../authority.ts';
import { noSuchGroup } from './group.ts';
import { lockGroup } from './group-store.ts';

/**
 * Locks a group until the transaction ends, for an admin who changes it.
 * @throws DomainError `forbidden` · `not_found`
 */
export async function lockForActor(tx: Tx, actor: Actor, groupId: number): Promise<void> {
  checkMay(await roleOf(tx, actor), 'govern');
  if (!(await lockGroup(tx, groupId))) throw noSuchGroup();
}
