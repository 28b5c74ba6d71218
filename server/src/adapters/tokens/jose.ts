import { createHmac } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import { DomainError } from '../../domain/errors.ts';
import { maxId, maxLongId } from '../../domain/id.ts';
import type { AccessClaims, Now, PlainClaims, TokenSigner } from '../../domain/ports.ts';
import { atMost } from '../cache/bounded.ts';

const algorithm = 'HS256';
const tokenType = 'at+jwt';
const issuer = 'rookery';
/** How far clocks may differ. */
const clockToleranceSeconds = 5;

type VerifiedPlain = AccessClaims & { more: PlainClaims };

/**
 * Access tokens as JWT (RFC 9068 in spirit), signed with a key derived from the server's secret.
 * Verified tokens are remembered, for a check costs 80 µs; whether the session lives is asked elsewhere, every time.
 */
export function joseSigner({ secret, now }: { secret: string; now: Now }): TokenSigner {
  const signingKey = derive(secret, 'access tokens');
  const plainKey = derive(secret, 'plain tokens');
  const macKey = derive(secret, 'macs');
  const verified = new LRUCache<string, AccessClaims>(atMost(10_000));
  const verifiedPlain = new LRUCache<string, VerifiedPlain>(atMost(10_000));

  async function verifySignature(token: string): Promise<AccessClaims> {
    const { payload } = await jwtVerify(token, signingKey, {
      algorithms: [algorithm],
      typ: tokenType,
      issuer,
      clockTolerance: clockToleranceSeconds,
      currentDate: now(),
      requiredClaims: ['sub', 'aud', 'sid', 'iat', 'exp'],
    });
    const { sub, aud, sid, gen, iat = 0, exp = 0 } = payload;
    if (typeof aud !== 'string' || !isId(sid, maxLongId) || !areTimes(iat, exp)) throw badToken();
    if (iat > now().getTime() / 1000 + clockToleranceSeconds) throw badToken();
    const claims = { accountId: idOfSubject(sub), sessionId: sid, audience: aud };
    // Tokens of earlier versions have none.
    const refreshed = typeof gen === 'number' ? { generation: gen } : {};
    return { ...claims, ...refreshed, issuedAt: iat, expiresAt: exp };
  }

  /** A remembered token that is no longer valid is verified again, which finds out why. */
  async function verifyPlain(token: string, audience: string): Promise<VerifiedPlain> {
    const known = verifiedPlain.get(token);
    if (known?.audience === audience && !isOver(known)) return known;
    const claims = await verifyPlainSignature(token, audience);
    verifiedPlain.set(token, claims);
    return claims;
  }

  async function verifyPlainSignature(token: string, audience: string): Promise<VerifiedPlain> {
    const { payload } = await jwtVerify(token, plainKey, {
      algorithms: [algorithm],
      typ: 'JWT',
      audience,
      clockTolerance: clockToleranceSeconds,
      currentDate: now(),
      requiredClaims: ['sid', 'acc', 'iat', 'exp'],
    });
    const { sid, acc, iat = 0, exp = 0, aud: _aud, ...more } = payload;
    if (!isId(sid, maxLongId) || !isId(acc) || !areTimes(iat, exp)) throw badToken();
    const claims = { accountId: acc, sessionId: sid, audience, issuedAt: iat, expiresAt: exp };
    return { ...claims, more: more as PlainClaims };
  }

  function isOver({ expiresAt }: AccessClaims): boolean {
    return expiresAt + clockToleranceSeconds <= now().getTime() / 1000;
  }

  return {
    signPlain: (claims, more) =>
      new SignJWT({ ...more, sid: claims.sessionId, acc: claims.accountId })
        .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
        .setAudience(claims.audience)
        .setIssuedAt(claims.issuedAt)
        .setExpirationTime(claims.expiresAt)
        .sign(plainKey),

    verifyPlain: (token, audience) => verifyPlain(token, audience).catch(refusePlain),

    sign: (claims) =>
      new SignJWT({ sid: claims.sessionId, gen: claims.generation })
        .setProtectedHeader({ alg: algorithm, typ: tokenType })
        .setIssuer(issuer)
        .setSubject(String(claims.accountId))
        .setAudience(claims.audience)
        .setIssuedAt(claims.issuedAt)
        .setExpirationTime(claims.expiresAt)
        .sign(signingKey),

    async verify(token, audience) {
      const known = verified.get(token);
      const claims = known ?? (await verifySignature(token).catch(refuse));
      if (!known) verified.set(token, claims);
      if (claims.audience !== audience) throw badToken();
      if (isOver(claims)) throw expiredToken();
      return claims;
    },

    mac: (text) => createHmac('sha256', macKey).update(text).digest('hex'),
  };
}

/** One key per purpose: what is signed for one can never pass for another. */
function derive(secret: string, purpose: string): Uint8Array {
  return createHmac('sha256', secret).update(`rookery ${purpose}`).digest();
}

/** The last moment that a Date can represent, in seconds. */
const lastSecond = 8_640_000_000_000;

function isId(value: unknown, max = maxId): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= max;
}

function areTimes(...values: number[]): boolean {
  return values.every((value) => value >= 0 && value <= lastSecond);
}

/** An account's number as a string of digits; `1e3` and ` 7` would be numbers, too. */
function idOfSubject(sub: unknown): number {
  const id = typeof sub === 'string' && /^[1-9]\d{0,9}$/.test(sub) ? Number(sub) : null;
  if (!isId(id)) throw badToken();
  return id;
}

function refuse(cause: unknown): never {
  if (cause instanceof errors.JWTExpired) throw expiredToken();
  if (cause instanceof errors.JOSEError || cause instanceof DomainError) throw badToken(cause);
  throw cause;
}

/** Tells a text that is no token from one whose signature is not ours: old clients compare the words. */
function refusePlain(cause: unknown): never {
  if (cause instanceof errors.JWSInvalid || cause instanceof errors.JWTInvalid) {
    throw new DomainError('bad_token', 'Not enough segments', { cause });
  }
  if (cause instanceof errors.JOSEError && !(cause instanceof errors.JWTExpired)) {
    throw new DomainError('bad_token', 'Signature verification failed', { cause });
  }
  return refuse(cause);
}

function badToken(cause?: unknown): DomainError {
  return new DomainError('bad_token', 'The access token is not valid.', { cause });
}

function expiredToken(): DomainError {
  return new DomainError('expired_token', 'The access token has expired; refresh it.');
}
