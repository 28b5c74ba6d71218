import type { Database } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { OwnerCheck } from '../owner-proof.ts';
import type { Now, TokenSigner } from '../ports.ts';
import { appPasswordAdding } from './adding.ts';
import { ownAppPasswords } from './own-app-passwords.ts';
import { appPasswordProving } from './proving.ts';

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  tokens: Pick<TokenSigner, 'mac'>;
  audit: AuditLog;
  checkOwner: OwnerCheck;
};

/**
 * Passwords for programs that cannot ask for a second factor: one each, made here, and taken away one by one. With the
 * password of the account all of them end: who took it over may have made some.
 */
export type AppPasswordService = ReturnType<typeof appPasswordAdding> &
  ReturnType<typeof ownAppPasswords> &
  ReturnType<typeof appPasswordProving>;

export function appPasswordService(needs: Needs): AppPasswordService {
  const { database, newId, now, tokens, audit, checkOwner } = needs;
  return {
    ...appPasswordAdding({ database, newId, now, tokens, audit, checkOwner }),
    ...ownAppPasswords({ database, now, tokens, audit }),
    ...appPasswordProving({ database, now, tokens }),
  };
}
