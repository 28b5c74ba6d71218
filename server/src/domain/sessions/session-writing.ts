import type { Database, Tx } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { SessionRow } from '../../db/schema.ts';
import { noteLogin } from '../accounts/account-store.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { DomainError } from '../errors.ts';
import {
  claimIdempotencyKey,
  findIdempotentResult,
  type IdempotentRequest,
} from '../idempotency-store.ts';
import type { Now } from '../ports.ts';
import type { SecondFactorPolicy } from '../second-factors/second-factor-policy.ts';
import { newSession } from './new-session.ts';
import { requireSession } from './resolving.ts';
import { type Proof, type SignInContext, wrongPassword } from './session.ts';
import { findLiveSession, findSession, insertSession } from './session-store.ts';

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  audit: AuditLog;
  /** Decides whether what somebody has shown is enough. */
  secondFactors: SecondFactorPolicy;
};

/** Gives the row; it is that of an earlier request which a repeat shows again. @throws DomainError as `SessionService.open` */
export type WriteSession = (
  accountId: number,
  proof: Proof,
  context: SignInContext,
  repeat: IdempotentRequest | null,
) => Promise<SessionRow>;

/** Writes sessions for people who have shown who they are, once the second factor is asked for. */
export function sessionWriting({
  database,
  newId,
  now,
  audit,
  secondFactors,
}: Needs): WriteSession {
  return async (accountId, proof, context, repeat) => {
    if (await secondFactors.isMissing(database, accountId, proof)) {
      throw await secondFactors.ask(accountId, proof, context);
    }
    const earlier = await findIdempotentResult(database, repeat);
    const opened = earlier === null ? null : await findSession(database, earlier);
    // Tokens of a session that has ended since are worth nothing: a client that proves itself again gets another.
    if (opened && isLasting(opened, now().toISOString())) return opened;
    const session = newSession(await newId('sessions'), accountId, context, now());
    const winner = await database.transaction(async (tx) => {
      const hash = 'passwordHash' in proof ? proof.passwordHash : null;
      const passwordHash = hash === null ? {} : { passwordHash: hash };
      const isOpen = await noteLogin(tx, accountId, { ...passwordHash, at: session.created_at });
      // Once more: it may have been set up since the question above, but not from here on.
      if (!isOpen || (await secondFactors.isMissing(tx, accountId, proof))) throw wrongPassword();
      const appPasswordId = await appPasswordBehind(tx, proof);
      await proof.use?.(tx);
      const other = await claimIdempotencyKey(tx, repeat, session.id, now(), earlier);
      if (other !== null) return other;
      await insertSession(tx, { ...session, app_password_id: appPasswordId });
      await audit.record(tx, {
        action: 'session.opened',
        accountId,
        actorId: accountId,
        address: context.device.address,
        details: { by: proof.by, audience: context.audience, sessionId: session.id },
      });
      return session.id;
    });
    return winner === session.id ? session : requireSession(database, winner);
  };
}

function isLasting({ ended_at, expires_at }: SessionRow, at: string): boolean {
  return ended_at === null && expires_at > at;
}

/** A session that another one opens is of the same app password, and ends with it. */
async function appPasswordBehind(tx: Tx, proof: Proof): Promise<number | null> {
  if (proof.by === 'app-password') return proof.appPasswordId;
  if (proof.by !== 'session') return null;
  const parent = await findLiveSession(tx, proof.sessionId);
  if (parent) return parent.app_password_id;
  throw new DomainError('revoked_token', 'The session has ended; sign in again.');
}
