import { randomBytes } from 'node:crypto';
import type { SessionRow } from '../../db/schema.ts';
import { type SignInContext, sessionExpiry } from './session.ts';

/** The row of a session, before it is written. */
export function newSession(
  id: number,
  accountId: number,
  context: SignInContext,
  at: Date,
): SessionRow {
  const { audience, device, lifeMs } = context;
  const end = lifeMs === undefined ? null : new Date(at.getTime() + lifeMs).toISOString();
  return {
    id,
    account_id: accountId,
    audience,
    seed: randomBytes(16).toString('hex'),
    generation: 0,
    used_generation: 0,
    parent_generation: null,
    device: device.name.slice(0, 255),
    address: device.address,
    created_at: at.toISOString(),
    last_used_at: at.toISOString(),
    expires_at: end ?? sessionExpiry(at, at),
    ended_at: null,
    app_password_id: null,
  };
}
