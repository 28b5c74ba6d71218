import type { Database } from '../../db/database.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { OwnerCheck } from '../owner-proof.ts';
import type { Counters, Now, TokenSigner } from '../ports.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import { addressConfirming } from './address-confirming.ts';
import { emailChanging } from './changing.ts';
import { emailConfirming } from './confirming.ts';
import { confirmationIssuing } from './issuing.ts';
import { emailSendingAgain } from './sending-again.ts';

type Needs = {
  database: Database;
  now: Now;
  counters: Counters;
  tokens: Pick<TokenSigner, 'mac'>;
  audit: AuditLog;
  verifications: VerificationService;
  checkOwner: OwnerCheck;
};

/** Changes e-mail addresses and confirms that somebody reads mail there. */
export type EmailService = ReturnType<typeof emailChanging> &
  ReturnType<typeof emailSendingAgain> &
  ReturnType<typeof emailConfirming>;

export function emailService(needs: Needs): EmailService {
  const { database, now, counters, tokens, audit, verifications, checkOwner } = needs;
  const issue = confirmationIssuing({ database, now, audit, verifications });
  const confirm = addressConfirming({ database, now, tokens, audit, verifications });
  return {
    ...emailChanging({ counters, tokens, checkOwner, issue }),
    ...emailSendingAgain({ database, counters, verifications, issue }),
    ...emailConfirming({ database, verifications, confirm }),
  };
}
