import * as openid from 'openid-client';
import { hourMs } from '../../domain/durations.ts';
import { DomainError, invalid } from '../../domain/errors.ts';
import type { CodeFlow, IdentityProvider, Now, ProvidedIdentity } from '../../domain/ports.ts';
import { type IdTokens, idTokens, providedBy } from './id-tokens.ts';
import { asking, maxAnswerMs } from './outage.ts';

export type OidcOptions = {
  now: Now;
  name: string;
  /** As the provider writes it. */
  issuer: string;
  /** Other spellings of the issuer in ID tokens. */
  aliases?: readonly string[];
  /** Apps whose ID tokens are taken; the first is the one of the browser. */
  clientIds: readonly [string, ...string[]];
  /** Null: a public client, which PKCE alone protects. */
  clientSecret: string | null;
  hasCodeFlow: boolean;
  /** For all that one question needs of the provider. */
  maxMs?: number;
};

type Discovered = { config: openid.Configuration; tokens: IdTokens; at: number };

const discoveryLifeMs = hourMs;

/** Any OpenID Connect provider that can be discovered. */
export function oidcProvider(options: OidcOptions): IdentityProvider {
  const { now, name, issuer } = options;
  const ask = asking(name, now, options.maxMs);
  let discovered: Promise<Discovered> | undefined;

  async function discover(): Promise<Discovered> {
    const known = await discovered?.catch(() => undefined);
    if (known && now().getTime() - known.at < discoveryLifeMs) return known;
    discovered = discoverAnew(options);
    return discovered;
  }

  async function finish(
    { config, tokens }: Discovered,
    { redirectUri, codeVerifier, nonce, code, iss }: Parameters<CodeFlow['finish']>[0],
  ): Promise<ProvidedIdentity> {
    const answer = new URL(redirectUri);
    answer.searchParams.set('code', code);
    checkIssuer(config, iss);
    if (iss !== null) answer.searchParams.set('iss', iss);
    const checks = { pkceCodeVerifier: codeVerifier, expectedNonce: nonce, idTokenExpected: true };
    const granted = await openid.authorizationCodeGrant(config, answer, checks).catch(refuseCode);
    const who = await tokens.verify(granted.id_token ?? '', nonce).catch(refuseCode);
    const hasMore = config.serverMetadata().userinfo_endpoint !== undefined;
    if (who.email !== null || !hasMore) return who;
    // Many say in the ID token only who it is, and the rest when asked.
    const more = await openid.fetchUserInfo(config, granted.access_token, who.subject);
    return providedBy(who.issuer, { name: who.name, ...more });
  }

  const codeFlow: CodeFlow = {
    begin: ({ redirectUri, state, codeVerifier, nonce }) =>
      ask(async () => {
        const { config } = await discover();
        const url = openid.buildAuthorizationUrl(config, {
          redirect_uri: redirectUri,
          scope: 'openid email profile',
          code_challenge: await openid.calculatePKCECodeChallenge(codeVerifier),
          code_challenge_method: 'S256',
          state,
          nonce,
        });
        return url.href;
      }),
    finish: (answer) => ask(async () => finish(await discover(), answer)),
  };

  return {
    name,
    issuer: keptIssuer(issuer),
    credential: 'id-token',
    verify: (idToken, nonce) => ask(async () => (await discover()).tokens.verify(idToken, nonce)),
    codeFlow: options.hasCodeFlow ? codeFlow : null,
    check: () => checkProvider(options),
  };
}

/** @throws Error that says what is wrong, for the operator */
async function checkProvider(options: OidcOptions): Promise<string | null> {
  const { issuer } = options;
  const { config } = await discoverAnew(options).catch((cause: unknown) => {
    const written = writtenIssuer(cause);
    const reason =
      written === null
        ? `${reasonOf(cause)}. Is the issuer right`
        : `it calls itself ${written}. Which is right`;
    throw new Error(`${issuer} cannot be discovered: ${reason}?`, { cause });
  });
  const jwksUri = String(config.serverMetadata().jwks_uri);
  const { ok, status } = await fetch(jwksUri, { signal: AbortSignal.timeout(maxAnswerMs) });
  if (!ok) throw new Error(`${jwksUri} gives no keys: status ${status}.`);
  const written = config.serverMetadata().issuer;
  return new URL(written).href === new URL(issuer).href
    ? null
    : `it writes its issuer ${written}, the settings ${issuer}: only the slash at the end differs, and both are taken`;
}

/** The innermost reason: those around it say no more than that something failed. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it answers something else';
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}

async function discoverAnew(options: OidcOptions): Promise<Discovered> {
  const { now, issuer, aliases = [], clientIds, clientSecret } = options;
  const isPlain = issuer.startsWith('http:');
  const find = (server: string) =>
    openid.discovery(new URL(server), clientIds[0], {}, authOf(clientSecret), {
      timeout: maxAnswerMs / 1000,
      // The settings allow http for this machine alone.
      execute: isPlain ? [openid.allowInsecureRequests] : [],
    });
  const config = await find(issuer).catch((error: unknown) => {
    const written = writtenIssuer(error);
    if (written === null || keptIssuer(written) !== keptIssuer(issuer)) throw error;
    return find(written);
  });
  const metadata = config.serverMetadata();
  const jwksUri = new URL(String(metadata.jwks_uri));
  if (!isPlain && jwksUri.protocol !== 'https:') {
    throw new Error(`${issuer} publishes its keys without TLS, at ${jwksUri.href}.`);
  }
  const spellings = [keptIssuer(metadata.issuer), `${keptIssuer(metadata.issuer)}/`, ...aliases];
  const tokens = idTokens({ now, issuer: keptIssuer(issuer), spellings, clientIds, jwksUri });
  return { config, tokens, at: now().getTime() };
}

/** What a provider calls itself that was discovered under another name; null for any other error. */
function writtenIssuer(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const { cause } = error;
  if (cause instanceof Error) return writtenIssuer(cause);
  const { attribute, body } = Object(cause) as { attribute?: unknown; body?: { issuer?: unknown } };
  return attribute === 'issuer' && typeof body?.issuer === 'string' ? body.issuer : null;
}

/** A slash that comes or goes in the settings must not make strangers of people. */
function keptIssuer(issuer: string): string {
  return issuer.replace(/\/+$/, '');
}

/** In the header, unless the provider says that it wants the secret in the form. */
function authOf(secret: string | null): openid.ClientAuth {
  if (secret === null) return openid.None();
  const [basic, post] = [openid.ClientSecretBasic(secret), openid.ClientSecretPost(secret)];
  return (server, ...request) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const auth = methods.includes('client_secret_basic') ? basic : post;
    return auth(server, ...request);
  };
}

/** Who answered must be who was asked (RFC 9207), where the provider says it. */
function checkIssuer(config: openid.Configuration, iss: string | null): void {
  const { issuer, authorization_response_iss_parameter_supported: isSaid } =
    config.serverMetadata();
  if (iss === null && isSaid) throw invalid('iss', 'is missing; the provider sent it beside code');
  if (iss !== null && iss !== issuer) throw invalid('iss', 'is not the provider that was asked');
}

const refusedCodes = new Set([
  'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
  'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
]);

/** A code that the provider does not take, or that belongs to another flow, is no outage. */
function refuseCode(error: unknown): never {
  const isInvalidGrant =
    error instanceof openid.ResponseBodyError && error.error === 'invalid_grant';
  const isOtherFlow =
    error instanceof Error && 'code' in error && refusedCodes.has(String(error.code));
  const isBadToken = error instanceof DomainError && error.code === 'invalid';
  if (isInvalidGrant || isOtherFlow || isBadToken) {
    throw invalid('code', 'is not valid; begin again');
  }
  throw error;
}
