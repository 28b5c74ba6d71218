import { type Static, type TObject, Type } from 'typebox';
import { urlProblem } from './setting-urls.ts';

/** Settings of the providers that people may sign in with. */
export const identitySettings = {
  GOOGLE_CLIENT_ID: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'Enables sign-in with Google: the client ids of all your apps, separated by commas, the web app’s first.',
    }),
  ),
  GOOGLE_CLIENT_SECRET: Type.Optional(
    Type.String({
      minLength: 1,
      'x-secret': true,
      description: 'The secret of the first client id. Sign-in in the browser needs it.',
    }),
  ),
  GOOGLE_ISSUER: Type.String({
    pattern: '^https?://[^?#]+$',
    default: 'https://accounts.google.com',
    description: 'Google’s issuer URL. Change it for tests only.',
  }),
  FACEBOOK_APP_ID: Type.Optional(
    Type.String({
      pattern: '^[0-9]{1,32}$',
      description: 'Enables sign-in with Facebook: the id of your app.',
    }),
  ),
  FACEBOOK_APP_SECRET: Type.Optional(
    Type.String({ minLength: 1, 'x-secret': true, description: 'The secret of that app.' }),
  ),
  FACEBOOK_GRAPH_URL: Type.String({
    pattern: '^https?://[^?#]+$',
    default: 'https://graph.facebook.com',
    description: 'The URL of Facebook’s Graph API, optionally with a version such as `/v19.0`.',
  }),
  OIDC_NAME: Type.String({
    pattern: '^[a-z][a-z0-9-]{1,30}$',
    default: 'oidc',
    description: 'The name of the provider `OIDC_ISSUER` in URLs.',
  }),
  OIDC_ISSUER: Type.Optional(
    Type.String({
      pattern: '^https?://[^?#]+$',
      description:
        'Enables sign-in with an OpenID Connect provider that supports discovery. Rookery trusts its statements about verified e-mails.',
    }),
  ),
  OIDC_CLIENT_ID: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'The client ids of all your apps at that provider, separated by commas, the web app’s first.',
    }),
  ),
  OIDC_CLIENT_SECRET: Type.Optional(
    Type.String({
      minLength: 1,
      'x-secret': true,
      description: 'The secret of the first client id, unless it is a public client.',
    }),
  ),
  IDENTITY_REDIRECT_URIS: Type.String({
    default: '',
    description:
      'Redirect URIs: URLs of your apps that a provider may send browsers back to, separated by commas and compared exactly. Without any, sign-in with a provider works in native apps only.',
  }),
};

type IdentitySettings = Static<TObject<typeof identitySettings>>;

export type IdentityConfig = {
  google: OidcClient | null;
  facebook: { appId: string; appSecret: string; graphUrl: string } | null;
  oidc: (OidcClient & { name: string }) | null;
  redirectUris: string[];
};

type OidcClient = {
  issuer: string;
  clientIds: [string, ...string[]];
  clientSecret: string | null;
};

/** Groups the settings; what does not fit together is a problem. */
export function identityConfig(settings: IdentitySettings, problems: string[]): IdentityConfig {
  for (const name of ['GOOGLE_ISSUER', 'FACEBOOK_GRAPH_URL', 'OIDC_ISSUER'] as const) {
    const address = settings[name];
    if (address?.startsWith('http:') && urlProblem(address) === null && !isSafe(address)) {
      problems.push(`${name} is not safe. Use https; http only for 127.0.0.1.`);
    }
  }
  const redirectUris = listOf(settings.IDENTITY_REDIRECT_URIS);
  for (const address of redirectUris) {
    if (!isRedirect(address)) {
      problems.push(
        `IDENTITY_REDIRECT_URIS names ${address}, where browsers must not be sent. Use https, an app’s own scheme such as com.example.app:/signed-in or capacitor://localhost/signed-in, or http for 127.0.0.1.`,
      );
    }
  }
  return {
    google: googleOf(settings, problems),
    facebook: facebookOf(settings, problems),
    oidc: oidcOf(settings, problems),
    redirectUris,
  };
}

function googleOf(settings: IdentitySettings, problems: string[]): IdentityConfig['google'] {
  const { GOOGLE_CLIENT_ID: ids, GOOGLE_CLIENT_SECRET: secret, GOOGLE_ISSUER: issuer } = settings;
  const clientIds = listOf(ids ?? '');
  if (isNotEmpty(clientIds)) {
    return { issuer, clientIds, clientSecret: secret ?? null };
  }
  if (secret) problems.push('GOOGLE_CLIENT_SECRET is set, but GOOGLE_CLIENT_ID is not. Set both.');
  return null;
}

function facebookOf(settings: IdentitySettings, problems: string[]): IdentityConfig['facebook'] {
  const { FACEBOOK_APP_ID: appId, FACEBOOK_APP_SECRET: appSecret } = settings;
  if (appId && appSecret) {
    return { appId, appSecret, graphUrl: settings.FACEBOOK_GRAPH_URL.replace(/\/+$/, '') };
  }
  if (appId || appSecret) {
    problems.push('FACEBOOK_APP_ID and FACEBOOK_APP_SECRET need each other. Set both, or none.');
  }
  return null;
}

function oidcOf(settings: IdentitySettings, problems: string[]): IdentityConfig['oidc'] {
  const { OIDC_NAME: name, OIDC_ISSUER: issuer, OIDC_CLIENT_SECRET: secret } = settings;
  const clientIds = listOf(settings.OIDC_CLIENT_ID ?? '');
  if (['google', 'facebook'].includes(name)) {
    problems.push(`OIDC_NAME=${name} is the name of another provider. Choose a different one.`);
  }
  if (issuer && isNotEmpty(clientIds)) {
    return { name, issuer, clientIds, clientSecret: secret ?? null };
  }
  if (issuer || clientIds.length > 0 || secret) {
    problems.push('OIDC_ISSUER and OIDC_CLIENT_ID need each other. Set both, or none.');
  }
  return null;
}

function isSafe(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

/**
 * A scheme of one's own has a dot (RFC 8252, 7.1), which none has that a browser would run or read files by. App shells have
 * schemes without.
 */
function isRedirect(address: string): boolean {
  if (!URL.canParse(address) || address.includes('#')) return false;
  const { protocol } = new URL(address);
  const isOfShell = /^(capacitor|ionic|tauri|exps?):\/\/[^/]/.test(address);
  return isSafe(address) || isOfShell || /^[a-z][a-z0-9+-]*\.[a-z0-9+.-]*:$/.test(protocol);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function isNotEmpty(list: string[]): list is [string, ...string[]] {
  return list.length > 0;
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
