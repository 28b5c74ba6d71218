import type { Database, Tx } from '../../db/database.ts';
import { foldName } from '../accounts/account.ts';
import { findAccountByName } from '../accounts/account-name-store.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { minuteMs } from '../durations.ts';
import { type Events, emit } from '../events.ts';
import { mailLimits, takeFrom } from '../limits.ts';
import type { Counters, Now } from '../ports.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import { isActive } from '../visibility/visibility.ts';

type Needs = {
  database: Database;
  now: Now;
  counters: Counters;
  audit: AuditLog;
  verifications: Pick<VerificationService, 'prepare' | 'issue'>;
};

/** Writes the result of a job together with the note that it is done. */
type WriteOnce = (work: (tx: Tx) => Promise<unknown>) => Promise<void>;

const recoveryMs = 30 * minuteMs;

/** Mails a link to people who have lost their password. */
export function recoveryAsking({ database, now, counters, audit, verifications }: Needs) {
  /**
   * Begins a recovery. Does the same for addresses that nobody has: who has an account is nobody's business.
   * @param lifeMs how long the link works; default: half an hour
   * @throws DomainError `rate_limited`
   */
  async function askRecovery(email: string, address: string, lifeMs = recoveryMs): Promise<void> {
    await takeFrom(counters, mailLimits({ emailKey: foldName(email), address }));
    const asked = { email, address, lifeMs };
    await database.transaction((tx) => emit(tx, now(), 'recovery.asked', asked));
  }

  /** Looks whose e-mail it is that asked for a recovery, and issues a link to its owner, in the worker. */
  async function startRecovery(asked: Events['recovery.asked'], write: WriteOnce): Promise<void> {
    const found = await findAccountByName(database, foldName(asked.email), ['email']);
    const account = found?.email && isActive(found) ? { ...found, email: found.email } : null;
    const row = account
      ? await verifications.prepare({
          purpose: 'recover-password',
          accountId: account.id,
          subject: account.email,
          lifeMs: asked.lifeMs ?? recoveryMs,
        })
      : null;
    await write(async (tx) => {
      await audit.record(tx, {
        action: 'password.recovery-asked',
        accountId: account?.id ?? null,
        actorId: null,
        address: asked.address,
      });
      if (!row) return;
      await verifications.issue(tx, row);
      await emit(tx, now(), 'verification.issued', { verificationId: row.id });
    });
  }

  return { askRecovery, startRecovery };
}
