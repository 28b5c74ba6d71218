import type { Database } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { AccountRow } from '../../db/schema.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { MemoryBudget } from '../memory-budget.ts';
import type { Counters, Now, PasswordHasher, TokenSigner } from '../ports.ts';
import type { SecondFactorPolicy } from '../second-factors/second-factor-policy.ts';
import { ownSessions, sessionEnding } from './ending.ts';
import { sessionLoggingIn } from './logging-in.ts';
import { type SessionOpening, sessionOpening } from './opening.ts';
import { passwordCheck } from './password-check.ts';
import { sessionRefreshing } from './refreshing.ts';
import { sessionResolving } from './resolving.ts';
import type { Proof } from './session.ts';
import { liveSessions } from './session-memory.ts';
import { tokensOfSessions } from './session-tokens.ts';
import { sessionWriting } from './session-writing.ts';

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  passwords: PasswordHasher;
  tokens: TokenSigner;
  counters: Counters;
  audit: AuditLog;
  secondFactors: SecondFactorPolicy;
  memory: MemoryBudget;
  /** See `AppPasswordService.findProof`. */
  appPasswords: { findProof(account: AccountRow | null, typed: string): Promise<Proof | null> };
};

/** Opens, refreshes, resolves, lists and ends sessions. */
export type SessionService = ReturnType<typeof sessionLoggingIn> &
  SessionOpening &
  ReturnType<typeof sessionRefreshing> &
  ReturnType<typeof sessionResolving> &
  ReturnType<typeof ownSessions>;

export function sessionService(needs: Needs): SessionService {
  const { database, newId, now, passwords, tokens, counters, audit, secondFactors } = needs;
  const tokensOf = tokensOfSessions({ now, tokens });
  const end = sessionEnding({ now, audit });
  const { appPasswords, memory } = needs;
  const checkPassword = passwordCheck({ database, passwords, counters, audit, appPasswords });
  const writeSession = sessionWriting({ database, newId, now, audit, secondFactors });
  const opening = sessionOpening({ writeSession, tokensOf });
  return {
    ...sessionLoggingIn({ tokens, checkPassword, opening }),
    ...opening,
    ...sessionRefreshing({ database, now, tokens, tokensOf, end }),
    ...sessionResolving({ database, tokens, findLive: liveSessions(database, memory.sessions) }),
    ...ownSessions({ database, now, end }),
  };
}
