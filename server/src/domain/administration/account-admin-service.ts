import type { Database } from '../../db/database.ts';
import type { AccountService } from '../accounts/account-service.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Now, PasswordHasher, TokenSigner } from '../ports.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import { accountChanging } from './changing.ts';
import { accountCreating } from './creating.ts';
import { accountDisabling } from './disabling.ts';
import { accountFinding } from './finding.ts';
import { roleGiving } from './giving-roles.ts';
import { recoveryLinks } from './recovery-links.ts';
import { accountRemoving } from './removing.ts';
import { passwordSetting } from './setting-passwords.ts';

type Needs = {
  database: Database;
  now: Now;
  passwords: Pick<PasswordHasher, 'hash'>;
  tokens: Pick<TokenSigner, 'mac'>;
  accounts: Pick<AccountService, 'create'>;
  verifications: Pick<VerificationService, 'prepare' | 'issue'>;
  audit: AuditLog;
};

/** What moderators, admins and the operator do to accounts of others. Roles are read where data is read or changed. */
export type AccountAdminService = ReturnType<typeof accountFinding> &
  ReturnType<typeof accountCreating> &
  ReturnType<typeof accountChanging> &
  ReturnType<typeof accountRemoving> &
  ReturnType<typeof passwordSetting>;

export function accountAdminService(needs: Needs): AccountAdminService {
  const { database, now, passwords, tokens, accounts, verifications, audit } = needs;
  const recoveries = recoveryLinks({ now, verifications });
  const finding = accountFinding({ database });
  const { read } = finding;
  const disabling = accountDisabling({ now, audit });
  const roles = roleGiving({ now, audit });
  return {
    ...finding,
    ...accountCreating({ tokens, accounts, recoveries, read }),
    ...accountChanging({ database, now, audit, disabling, roles, recoveries, read }),
    ...accountRemoving({ database, now, audit }),
    ...passwordSetting({ database, now, passwords, audit, read }),
  };
}
