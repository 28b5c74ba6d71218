import { isEqualSecret } from '../equal-secrets.ts';
import { DomainError } from '../errors.ts';
import { idIn, longIdIn } from '../id.ts';
import type { Now, TokenSigner } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import type { SessionService } from './session-service.ts';

export type SignedLinkService = ReturnType<typeof signedLinkService>;

type Needs = {
  now: Now;
  tokens: Pick<TokenSigner, 'mac'>;
  sessions: Pick<SessionService, 'viewerOf'>;
};

/** What a link is for. One for an image opens no event stream, and the other way around. */
export type LinkPurpose = 'image' | 'events';

/** The one thing that a link opens. */
export type LinkTarget = {
  purpose: LinkPurpose /** Which one; '' where there is but one. */;
  name: string;
};

export type Signature = { signature: string; expiresAt: string };

type Parts = { accountId: number; sessionId: number; expiresAt: number; mac: string };

/** A link is good for at least the first, and at most both together: all made within a step are the same, for caches. */
const minLifeSeconds = 15 * 60;
const stepSeconds = 5 * 60;
/** How far the clocks of two processes may differ. */
const toleranceSeconds = 5;

/**
 * Signs links for what cannot send headers, such as `<img>` and `EventSource`. Anybody who has a link can request as its owner
 * for one target, for minutes, and ends with the owner's session. Nothing is stored. What the owner may see is decided
 * when the link is used, not when it is made.
 */
export function signedLinkService({ now, tokens, sessions }: Needs) {
  function sign({ accountId, sessionId }: Viewer, target: LinkTarget): Signature {
    const step = Math.floor(seconds() / stepSeconds) + 1;
    const expiresAt = step * stepSeconds + minLifeSeconds;
    const parts = { accountId, sessionId, expiresAt };
    const signature = [accountId, sessionId, expiresAt, macOf(parts, target)].join('.');
    return { signature, expiresAt: new Date(expiresAt * 1000).toISOString() };
  }

  /**
   * The one whose link it is.
   * @throws DomainError `bad_token` (also for another target) · `expired_token` · `revoked_token`
   */
  async function resolve(signature: string, target: LinkTarget, audience: string): Promise<Viewer> {
    const parts = partsOf(signature);
    if (!parts || !isEqualSecret(parts.mac, macOf(parts, target))) throw badSignature();
    const { accountId, sessionId, expiresAt } = parts;
    const secondsLeft = expiresAt - seconds();
    // Signed while a clock was wrong; it would be good for longer than any link should be.
    if (secondsLeft > minLifeSeconds + stepSeconds + toleranceSeconds) throw badSignature();
    if (secondsLeft + toleranceSeconds <= 0) {
      throw new DomainError('expired_token', 'The link has expired; ask for another.');
    }
    const issuedAt = expiresAt - minLifeSeconds;
    const claims = { accountId, sessionId, audience, issuedAt, expiresAt };
    return sessions.viewerOf(claims, 'signed-link');
  }

  function macOf(
    { accountId, sessionId, expiresAt }: Omit<Parts, 'mac'>,
    { purpose, name }: LinkTarget,
  ): string {
    return tokens.mac(`link ${purpose} ${accountId} ${sessionId} ${expiresAt} ${name}`);
  }

  function seconds(): number {
    return now().getTime() / 1000;
  }

  return { sign, resolve };
}

function partsOf(signature: string): Parts | null {
  const match = /^(\d+)\.(\d+)\.([1-9]\d{0,11})\.([0-9a-f]{64})$/.exec(signature);
  const [, account = '', session = '', expiresAt, mac = ''] = match ?? [];
  const accountId = idIn(account);
  const sessionId = longIdIn(session);
  if (accountId === null || sessionId === null) return null;
  return { accountId, sessionId, expiresAt: Number(expiresAt), mac };
}

function badSignature(): DomainError {
  return new DomainError('bad_token', 'The signature of this link is not valid.');
}
