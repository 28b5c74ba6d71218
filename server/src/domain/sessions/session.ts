import type { Tx } from '../../db/database.ts';
import { dayMs } from '../durations.ts';
import { DomainError } from '../errors.ts';
import { longIdIn } from '../id.ts';

/** A session as its owner sees it in the list. */
export type SessionView = {
  id: number;
  /** What the client said it is (User-Agent). */
  device: string;
  address: string;
  createdAt: string;
  lastUsedAt: string;
  expiresAt: string;
  isCurrent: boolean;
};

/** What a login or a refresh hands out. */
export type SessionTokens = {
  sessionId: number;
  accountId: number;
  accessToken: string;
  accessTokenSeconds: number;
  refreshToken: string;
};

export type Device = { name: string; address: string };

/** Where somebody signs in, and what from. */
export type SignInContext = {
  audience: string;
  device: Device;
  /** For sessions that are not refreshed: how long they last. */
  lifeMs?: number;
};

/** A session that was just opened. */
export type OpenSession = {
  id: number;
  accountId: number;
  audience: string;
  createdAt: string;
  expiresAt: string;
};

/** How somebody showed who they are. */
export type Proof = (
  | { by: 'password'; passwordHash: string }
  | { by: 'app-password'; appPasswordId: number }
  | { by: 'identity' | 'passkey' | 'sign-up' }
  /** Another session of the account, which must still be alive. */
  | { by: 'session'; sessionId: number }
  /** After a password or an identity. The hash is of the password then; null when the account has none. */
  | { by: 'second-factor'; passwordHash: string | null }
) & {
  /** Uses up what was shown, in the transaction that opens the session; of an identity, makes sure that it still leads there. */
  use?: (tx: Tx) => Promise<void>;
};

/** Life of an access token. */
export const accessTokenSeconds = 15 * 60;
/** A session that is not refreshed for this long ends; however often it is refreshed, it ends after the second. */
const sessionIdleMs = 30 * dayMs;
const sessionLifeMs = 180 * dayMs;
/** A refresh token that is sent again within this time gets the same successor, used or not: clients retry, tabs race. */
const replayGraceMs = 10_000;

/** When a session ends that was made and is used at these times. */
export function sessionExpiry(createdAt: Date, usedAt: Date): string {
  const end = Math.min(usedAt.getTime() + sessionIdleMs, createdAt.getTime() + sessionLifeMs);
  return new Date(end).toISOString();
}

type Generations = {
  generation: number;
  used_generation: number | null;
  parent_generation: number | null;
  last_used_at: string;
};

/** The generation whose refresh token the newest one was given for. */
function parentOf({
  generation,
  parent_generation,
}: Pick<Generations, 'generation' | 'parent_generation'>): number {
  return parent_generation ?? generation - 1;
}

/**
 * What becomes of a refresh token of some generation: it gets a successor (`rotate`), the one that was given just now
 * (`repeat`), or it was stolen from somebody (`end`). While the successor is unused its parent gets another, in place of
 * that: a client that fetched it before does not share it (docs/decisions/0026).
 */
export function refreshStep(
  session: Generations,
  sent: number,
  at: Date,
): 'rotate' | 'repeat' | 'end' {
  if (sent === session.generation) return 'rotate';
  if (sent !== parentOf(session)) return 'end';
  if (at.getTime() - new Date(session.last_used_at).getTime() <= replayGraceMs) return 'repeat';
  return (session.used_generation ?? session.generation) > sent ? 'end' : 'rotate';
}

/** Whether the tokens of a generation were replaced by others before anybody used them. */
export function isReplaced(
  session: Pick<Generations, 'generation' | 'parent_generation'>,
  generation: number,
): boolean {
  return generation < session.generation && generation > parentOf(session);
}

/** Parts of a refresh token `<session id>.<generation>.<mac>`; null when it has another form. */
export function refreshTokenParts(
  token: string,
): { sessionId: number; generation: number; mac: string } | null {
  const match = /^(\d+)\.(\d{1,9})\.([0-9a-f]{64})$/.exec(token);
  const [, digits = '', generation, mac = ''] = match ?? [];
  const sessionId = longIdIn(digits);
  return sessionId === null ? null : { sessionId, generation: Number(generation), mac };
}

export function wrongPassword(): DomainError {
  return new DomainError('wrong_password', 'The login or password is incorrect.');
}
