import type { Database } from '../../db/database.ts';
import { findAccount } from '../accounts/account-store.ts';
import { DomainError } from '../errors.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import type { Viewer } from '../viewer.ts';
import { isEmailOf } from './account-email.ts';
import type { ConfirmAddress } from './address-confirming.ts';

type Needs = {
  database: Database;
  verifications: Pick<VerificationService, 'findByToken' | 'findUsedByToken' | 'findByCode'>;
  confirm: ConfirmAddress;
};

/** Confirms addresses by what the mail says. */
export function emailConfirming({ database, verifications, confirm }: Needs) {
  /** Confirms by the link of the mail. @throws DomainError `invalid` (token) · `gone` · `expired` · `taken` */
  async function confirmByToken(token: string, address: string): Promise<void> {
    await confirm(await verifications.findByToken('verify-email', token), address);
  }

  /**
   * The same, but a link of the address that is confirmed by now may be opened again while it lasts.
   * @throws DomainError as `confirmByToken`
   */
  async function confirmRepeatably(token: string, address: string): Promise<void> {
    try {
      await confirmByToken(token, address);
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'gone') throw error;
      if (!(await wasConfirmed(token))) throw error;
    }
  }

  async function wasConfirmed(token: string): Promise<boolean> {
    const used = await verifications.findUsedByToken('verify-email', token);
    const account = used && (await findAccount(database, used.accountId ?? 0));
    return (
      used !== null &&
      account !== null &&
      account.email_verified_at !== null &&
      isEmailOf(account, used.subject)
    );
  }

  /** Confirms by the code of the mail. @throws DomainError `invalid` (code) · `gone` · `expired` · `taken` */
  async function confirmByCode(viewer: Viewer, code: string, address: string): Promise<void> {
    const { accountId } = viewer;
    await confirm(await verifications.findByCode(accountId, 'verify-email', code), address);
  }

  return { confirmByToken, confirmRepeatably, confirmByCode };
}
