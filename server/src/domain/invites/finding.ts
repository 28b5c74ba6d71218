import type { Database } from '../../db/database.ts';
import { foldName } from '../accounts/account.ts';
import { findAccount } from '../accounts/account-store.ts';
import { may } from '../authority.ts';
import { DomainError, invalid } from '../errors.ts';
import type { Verification } from '../verifications/verification.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import { isActive } from '../visibility/visibility.ts';
import { isOfOperator } from './invite.ts';

type Needs = { database: Database; verifications: Pick<VerificationService, 'findByToken'> };

/** Finds invites for people who sign up. */
export function inviteFinding({ database, verifications }: Needs) {
  /**
   * The invite behind a token, to be consumed in the transaction that makes the account.
   * @throws DomainError `invalid` (invite) · `gone` (also when its maker may not invite any more) · `expired`
   */
  async function find(token: string, email: string | null): Promise<Verification> {
    const invite = await verifications.findByToken('invite', token, 'invite');
    const isFor = invite.subject === '' || foldName(invite.subject) === foldName(email ?? '');
    if (!isFor) throw invalid('invite', 'is for another e-mail address');
    if (isOfOperator(invite)) return invite;
    // Those that wait are ended with the rights; one that was being made at that moment is not.
    const maker = await findAccount(database, invite.accountId ?? 0);
    if (!maker || !isActive(maker) || !may(maker.role, 'invite')) {
      throw new DomainError('gone', 'The moderator who made this invite may no longer invite.');
    }
    return invite;
  }

  return { find };
}
