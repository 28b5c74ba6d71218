import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import { minuteMs } from '../../domain/durations.ts';
import { DomainError, invalid } from '../../domain/errors.ts';
import type { Now, ProvidedIdentity } from '../../domain/ports.ts';
import { maxAnswerMs } from './outage.ts';

/** Asymmetric ones alone: with a shared secret, anybody who can verify a token can also create one. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
];
const clockToleranceSeconds = 30;
const jwksCacheMs = 10 * minuteMs;
/** A key that is not known is asked for at once, but not more often than this. */
const jwksCooldownMs = 30_000;

type Needs = {
  now: Now;
  /** What the identities are kept under. */
  issuer: string;
  /** How the provider may write itself. */
  spellings: readonly string[];
  clientIds: readonly string[];
  jwksUri: URL;
};

export type IdTokens = {
  /**
   * @param nonce that must be in the token; null: it is not looked at
   * @throws DomainError `invalid` (idToken or nonce)
   */
  verify(idToken: string, nonce: string | null): Promise<ProvidedIdentity>;
};

/** ID tokens of one issuer, checked by the keys that it publishes: nothing in a token says where its key is. */
export function idTokens({ now, issuer, spellings, clientIds, jwksUri }: Needs): IdTokens {
  const keys = createRemoteJWKSet(jwksUri, {
    timeoutDuration: maxAnswerMs,
    cacheMaxAge: jwksCacheMs,
    cooldownDuration: jwksCooldownMs,
  });

  function checkClaims({ aud, azp, iat, nonce }: JWTPayload, expectedNonce: string | null): void {
    const audiences = [aud ?? []].flat();
    const isForUs = audiences.some((audience) => clientIds.includes(audience));
    // Google's Android apps ask for a token that is for the web app alone; `azp` then names them, whom nobody has to know.
    const isForUsAlone = isForUs && audiences.length === 1 && isNameOrNone(azp);
    // Zitadel and others add their project to the audiences, and say by `azp` for whom the token was made.
    const isOurs = isForUs && clientIds.some((id) => id === azp);
    if (!isForUsAlone && !isOurs) throw invalid('idToken', 'was made for another app');
    if (Number(iat) > now().getTime() / 1000 + clockToleranceSeconds) throw badToken();
    if (expectedNonce !== null && nonce !== expectedNonce) {
      throw invalid('nonce', 'is not the one in the ID token');
    }
  }

  return {
    async verify(idToken, nonce) {
      const { payload } = await jwtVerify(idToken, keys, {
        algorithms,
        issuer: [...spellings],
        audience: [...clientIds],
        clockTolerance: clockToleranceSeconds,
        currentDate: now(),
        requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat'],
      }).catch(refuse);
      checkClaims(payload, nonce);
      return providedBy(issuer, payload);
    },
  };
}

function isNameOrNone(azp: unknown): boolean {
  return azp === undefined || (typeof azp === 'string' && azp !== '');
}

/** What the claims of an ID token or of the userinfo endpoint say. */
export function providedBy(
  issuer: string,
  { sub, email, email_verified, name }: Record<string, unknown>,
): ProvidedIdentity {
  if (typeof sub !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(sub)) throw badToken();
  return {
    issuer,
    subject: sub,
    email: typeof email === 'string' ? email : null,
    // Some write it as text.
    isEmailVerified: email_verified === true || email_verified === 'true',
    name: typeof name === 'string' ? name : null,
  };
}

/** Keys that cannot be fetched are an outage; everything else is the token's fault. */
function refuse(cause: unknown): never {
  const isOutage =
    cause instanceof errors.JWKSTimeout ||
    cause instanceof errors.JWKSInvalid ||
    !(cause instanceof errors.JOSEError) ||
    cause.code === 'ERR_JOSE_GENERIC';
  if (isOutage) throw cause;
  if (cause instanceof errors.JWTExpired) {
    throw new DomainError('invalid', 'idToken has expired; sign in at the provider again.', {
      fields: [{ field: 'idToken', message: 'has expired; sign in at the provider again' }],
      cause,
    });
  }
  throw badToken();
}

function badToken(): DomainError {
  return invalid('idToken', 'is not valid');
}
