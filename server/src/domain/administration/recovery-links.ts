import type { Tx } from '../../db/database.ts';
import type { AccountRow, VerificationRow } from '../../db/schema.ts';
import { minuteMs } from '../durations.ts';
import { emit } from '../events.ts';
import type { Now } from '../ports.ts';
import type { VerificationService } from '../verifications/verification-service.ts';

type Needs = {
  now: Now;
  verifications: Pick<VerificationService, 'prepare' | 'issue'>;
};

export type RecoveryLinks = ReturnType<typeof recoveryLinks>;

const recoveryLifeMs = 30 * minuteMs;

/** Sends owners a way to choose a password. */
export function recoveryLinks({ now, verifications }: Needs) {
  /** Makes the link, to be sent by `send`. Must be called before the transaction. */
  function prepare(): Promise<VerificationRow> {
    const purpose = 'recover-password';
    return verifications.prepare({ purpose, accountId: null, lifeMs: recoveryLifeMs });
  }

  /** Mails the link to the account; one without an address gets none. */
  async function send(
    tx: Tx,
    { id, email }: Pick<AccountRow, 'id' | 'email'>,
    recovery: VerificationRow,
  ): Promise<void> {
    if (email === null) return;
    await verifications.issue(tx, { ...recovery, account_id: id, subject: email });
    await emit(tx, now(), 'verification.issued', { verificationId: recovery.id });
  }

  return { prepare, send };
}
