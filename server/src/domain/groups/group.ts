import type { GroupRow } from '../../db/schema.ts';
import { foldName } from '../accounts/account.ts';
import { DomainError, invalid } from '../errors.ts';
import { checkLine } from '../text.ts';

/** Accounts that are told of the same events. */
export type Group = { id: number; name: string; memberCount: number; createdAt: string };

/** A group has so many: it is deleted in one transaction. */
export const maxMembers = 10_000;

/** Folded names are kept in a column of this width; folding makes some letters many. */
const maxNameKeyLength = 254;

/** The form of a name by which no two groups, and no two templates, are the same. @throws DomainError `invalid` (name) */
export function nameKeyOf(name: string): string {
  checkLine('name', name);
  const key = foldName(name);
  if (key.length > maxNameKeyLength) throw invalid('name', 'is too long; choose a shorter one');
  return key;
}

export function noSuchGroup(): DomainError {
  return new DomainError('not_found', 'There is no such group.');
}

/** A group as admins see it. */
export function groupOf(row: GroupRow): Group {
  return {
    id: row.id,
    name: row.name,
    memberCount: row.member_count,
    createdAt: row.created_at,
  };
}
