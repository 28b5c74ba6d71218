import type { Tx } from '../../db/database.ts';
import { noteFact } from '../../db/facts.ts';
import type { Now } from '../ports.ts';
import { insertAuditEntries, insertAuditEntry } from './audit-log-store.ts';

/** What is noted: who may get in, and who changed that. */
export type AuditAction =
  | 'session.opened'
  | 'session.refused'
  | 'session.ended'
  | 'password.changed'
  | 'password.recovery-asked'
  | 'password.recovered'
  | 'email.change-asked'
  | 'email.verified'
  | 'email.released'
  | 'phone.change-asked'
  | 'phone.verified'
  | 'phone.released'
  | 'phone.refused'
  | 'phone.removed'
  | 'identity.linked'
  | 'identity.unlinked'
  | 'second-factor.added'
  | 'second-factor.removed'
  | 'app-password.added'
  | 'app-password.removed'
  | 'account.created'
  | 'account.disabled'
  | 'account.enabled'
  | 'account.deleted'
  | 'account.role-changed'
  | 'account.reset-forced'
  | 'account.imported'
  | 'post.removed'
  | 'picture.removed'
  | 'report.resolved'
  | 'report.reopened'
  | 'user-document.changed'
  | 'invite.created'
  | 'invite.revoked'
  | 'group.created'
  | 'group.deleted'
  | 'group.member-added'
  | 'group.member-removed'
  | 'group.told'
  | 'event-template.created'
  | 'event-template.deleted';

export type AuditEntry = {
  action: AuditAction;
  /** Whom it happened to; null where nobody is known by the name. */
  accountId: number | null;
  /** Who did it: the account itself, an admin; null for a stranger and for the operator of the program. */
  actorId: number | null;
  address: string;
  /** Never a secret. */
  details?: Readonly<Record<string, string | number | boolean | null>>;
};

/** Writes what happened in the transaction in which it happens. */
export type AuditLog = {
  record(tx: Tx, entry: AuditEntry): Promise<void>;
  /** Writes many in one statement; should another process have drawn one of their keys, it fails as a duplicate key. */
  recordAll(tx: Tx, entries: readonly AuditEntry[]): Promise<void>;
};

/** @param newKey gives keys that order by time (domain/paging.ts) */
export function auditLog({ now, newKey }: { now: Now; newKey: () => number }): AuditLog {
  const rowOf = ({ action, accountId, actorId, address, details = {} }: AuditEntry) => ({
    id: newKey(),
    action,
    account_id: accountId,
    actor_id: actorId,
    address: address.slice(0, 64),
    details: JSON.stringify(details),
    created_at: now().toISOString(),
  });

  return {
    async record(tx, entry) {
      noteFact(tx, 'action', entry.action);
      // Another process may have drawn the same key in the same millisecond.
      while (!(await insertAuditEntry(tx, rowOf(entry))));
    },
    recordAll: (tx, entries) => insertAuditEntries(tx, entries.map(rowOf)),
  };
}
