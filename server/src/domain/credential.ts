import { DomainError } from './errors.ts';

/**
 * What a credential may be used for. A scope covers its parts: `read` covers `read:notifications`.
 * - `read`: what the account may see
 * - `write`: its profile, posts, likes and follows
 * - `push`: where its pushes go
 * - `security`: how to get into the account
 * - `admin`: what its role allows
 */
type WholeScope = 'read' | 'write' | 'push' | 'security' | 'admin';

export type Scope = WholeScope | `${WholeScope}:${string}`;

/** A registered app that tokens were given to. */
export type ClientApp = { id: number; name: string };

/** A token that was given to an app, with the scopes that its user, or for no user its registration, allowed. */
export type AppToken = { kind: 'app-token'; scopes: readonly Scope[]; app: ClientApp };

type OwnKind = 'session' | 'app-password' | 'signed-link' | 'legacy-token';

/** What a request shows to prove who it comes from. */
export type Credential = { kind: OwnKind; scopes: readonly Scope[]; app: null } | AppToken;

const all: readonly Scope[] = ['read', 'write', 'push', 'security', 'admin'];

/** An app password lies in the settings of a program and asks for no second factor; a link may be copied. */
const scopesOf: Record<OwnKind, readonly Scope[]> = {
  session: all,
  'legacy-token': all,
  'app-password': ['read', 'write', 'push'],
  'signed-link': ['read'],
};

/** A credential of the account itself, which has all scopes of its kind. */
export function ownCredential(kind: OwnKind): Credential {
  return { kind, scopes: scopesOf[kind], app: null };
}

/** What was shown with a request: a token of the session, a link, or the token of an app. */
export type Shown = 'session' | 'signed-link' | 'legacy-token' | AppToken;

/** The credential behind a request of a session. No token of a session that an app password opened allows more than that. */
export function credentialOf(
  session: { app_password_id: number | null },
  shown: Shown,
): Credential {
  const isByAppPassword = session.app_password_id !== null;
  if (shown === 'signed-link') return ownCredential(shown);
  if (typeof shown === 'string') return ownCredential(isByAppPassword ? 'app-password' : shown);
  if (!isByAppPassword) return shown;
  const scopes = shown.scopes.filter((scope) => covers(scopesOf['app-password'], scope));
  return { ...shown, scopes };
}

/** @throws DomainError `forbidden` when the credential lacks the scope */
export function checkScope({ credential }: { credential: Credential }, scope: Scope): void {
  if (covers(credential.scopes, scope)) return;
  throw new DomainError(
    'forbidden',
    credential.kind === 'app-password'
      ? 'A session of an app password cannot do this; sign in with the password of the account.'
      : `This needs a token with the scope “${scope}”.`,
  );
}

function covers(scopes: readonly Scope[], scope: Scope): boolean {
  const [whole] = scope.split(':');
  return scopes.some((held) => held === scope || held === whole);
}
