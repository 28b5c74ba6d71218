import { importPKCS8, SignJWT } from 'jose';
import type { Now } from '../../domain/ports.ts';
import { isOutageStatus, pushOutage } from './outage.ts';

/** What is needed of the key file of a service account. */
export type ServiceAccount = {
  projectId: string;
  clientEmail: string;
  privateKeyId: string | null;
  /** PKCS#8 in PEM. */
  privateKey: string;
  tokenUrl: string;
};

/** Gives the access token of a service account. */
export type GoogleToken = {
  read(): Promise<string>;
  /** Lets the next `read` ask for a new one. */
  forget(): void;
};

const scope = 'https://www.googleapis.com/auth/firebase.messaging';
const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const assertionSeconds = 3600;
/** A token is not used any more so long before its end. */
const marginSeconds = 60;

/** OAuth 2.0 for servers: a signed assertion buys an access token (RFC 7523), which is kept until shortly before its end. */
export function googleToken(
  account: ServiceAccount,
  { now, timeoutMs }: { now: Now; timeoutMs: number },
): GoogleToken {
  let cached: { token: string; usableUntil: number } | null = null;
  let asking: Promise<string> | null = null;

  async function assertion(): Promise<string> {
    const issuedAt = Math.floor(now().getTime() / 1000);
    const { privateKeyId, clientEmail, tokenUrl } = account;
    const key = await importPKCS8(account.privateKey, 'RS256');
    return new SignJWT({ scope })
      .setProtectedHeader({
        alg: 'RS256',
        typ: 'JWT',
        ...(privateKeyId ? { kid: privateKeyId } : {}),
      })
      .setIssuer(clientEmail)
      .setAudience(tokenUrl)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + assertionSeconds)
      .sign(key);
  }

  async function ask(): Promise<string> {
    const body = new URLSearchParams({ grant_type: grantType, assertion: await assertion() });
    const signal = AbortSignal.timeout(timeoutMs);
    const options = { method: 'POST', body, signal, redirect: 'error' } as const;
    const answer = await fetch(account.tokenUrl, options).catch((cause: unknown) => {
      throw pushOutage("Google's token service", { cause });
    });
    const { status } = answer;
    if (isOutageStatus(status)) {
      await answer.body?.cancel();
      throw pushOutage("Google's token service", {
        status,
        retryAfter: answer.headers.get('retry-after'),
      });
    }
    const told = (await answer.json().catch(() => ({}))) as Told;
    if (!answer.ok || typeof told.access_token !== 'string') {
      throw new Error(
        `Google gives no token to ${account.clientEmail}: ${status} ${told.error ?? ''} ${told.error_description ?? ''}`.trim(),
      );
    }
    const usableMs = ((told.expires_in ?? 0) - marginSeconds) * 1000;
    cached = { token: told.access_token, usableUntil: now().getTime() + usableMs };
    return cached.token;
  }

  return {
    read() {
      if (cached && now().getTime() < cached.usableUntil) return Promise.resolve(cached.token);
      asking ??= ask().finally(() => {
        asking = null;
      });
      return asking;
    },
    forget() {
      cached = null;
    },
  };
}

type Told = {
  access_token?: string;
  expires_in?: number;
  error?: string;
  error_description?: string;
};
