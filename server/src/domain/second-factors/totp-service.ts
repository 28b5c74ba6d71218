import type { Database } from '../../db/database.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { OwnerCheck } from '../owner-proof.ts';
import type { Counters, Now, SecretBox, TokenSigner } from '../ports.ts';
import { loginThrottle } from '../sessions/login-throttle.ts';
import type { CodeCheck } from './code-check.ts';
import { securityReading } from './reading-security.ts';
import { recoveryCodeRenewing } from './renewing-recovery-codes.ts';
import { totpSettingUp } from './setting-up.ts';
import { totpTakingDown } from './taking-down.ts';

type Needs = {
  database: Database;
  now: Now;
  counters: Counters;
  tokens: Pick<TokenSigner, 'mac'>;
  box: SecretBox;
  audit: AuditLog;
  checkOwner: OwnerCheck;
  checkCode: CodeCheck;
  instanceName: string;
};

/** Sets the second factor up, and takes it down. */
export type TotpService = ReturnType<typeof totpSettingUp> &
  ReturnType<typeof totpTakingDown> &
  ReturnType<typeof recoveryCodeRenewing> &
  ReturnType<typeof securityReading>;

export function totpService(needs: Needs): TotpService {
  const { database, now, counters, tokens, box, audit, checkOwner, checkCode, instanceName } =
    needs;
  const throttle = loginThrottle(counters, 'second-factor');
  return {
    ...totpSettingUp({ database, now, tokens, box, audit, checkOwner, throttle, instanceName }),
    ...totpTakingDown({ database, now, audit, checkOwner, checkCode, throttle }),
    ...recoveryCodeRenewing({ database, now, tokens, audit, checkOwner }),
    ...securityReading({ database, tokens }),
  };
}
