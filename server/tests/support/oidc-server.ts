import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { Provider } from 'oidc-provider';

export type Claims = {
  sub: string;
  email?: string;
  email_verified?: boolean;
  name?: string;
};

/** A real OpenID Connect provider, in this process. */
export type OidcServer = {
  issuer: string;
  clientId: string;
  clientSecret: string;
  redirectUri: string;
  /** How often its keys were asked for. */
  keyRequests(): number;
  /** What it says of somebody from now on. */
  know(claims: Claims): void;
  /** An ID token as a native app gets it. */
  idToken(claims: Claims & JWTPayload): Promise<string>;
  /** Claims as they are, signed by its key. */
  sign(claims: JWTPayload): Promise<string>;
  /** Lets a test answer requests in its place; false: it answers itself. */
  intercept(answer: Interceptor): void;
  /** Goes through its pages as a person with a browser, and returns where they end. */
  signIn(authorizationUrl: string, as: string): Promise<URL>;
  close(): Promise<void>;
};

type Interceptor = (request: IncomingMessage, response: ServerResponse) => boolean;

type OidcOptions = {
  /** Whether an ID token says more than who it is; else the userinfo endpoint must be asked. */
  isTalkative?: boolean;
};

const clientId = 'rookery-web';
const clientSecret = 'a-secret-of-the-provider';
const redirectUri = 'https://app.example.com/signed-in';

export const kid = 'first-key';
const keys = generateKeyPair('RS256', { extractable: true });

export async function oidcServer({ isTalkative = true }: OidcOptions = {}): Promise<OidcServer> {
  const { privateKey } = await keys;
  const known = new Map<string, Claims>();
  let keyRequests = 0;
  let intercepted: Interceptor = () => false;
  const http = createServer();
  const issuer = await listening(http);
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid, alg: 'RS256', use: 'sig' }] },
    cookies: { keys: ['for these tests'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: !isTalkative,
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true } },
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      Grant: 600,
      IdToken: 600,
      Interaction: 600,
      Session: 600,
    },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => known.get(id) ?? { sub: id },
    }),
  });
  const answer = provider.callback();

  function sign(claims: JWTPayload): Promise<string> {
    return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey);
  }

  http.on('request', (request, response) => {
    if (request.url === '/jwks') keyRequests += 1;
    if (intercepted(request, response)) return;
    return answer(request, response);
  });

  return {
    issuer,
    clientId,
    clientSecret,
    redirectUri,
    keyRequests: () => keyRequests,
    know: (claims) => void known.set(claims.sub, claims),
    async idToken({ iss = issuer, aud = clientId, ...claims }) {
      const at = Math.floor(Date.now() / 1000);
      return sign({ iss, aud, iat: at, exp: at + 600, ...claims });
    },
    sign,
    intercept: (interceptor) => {
      intercepted = interceptor;
    },
    signIn: (authorizationUrl, as) => browse(issuer, authorizationUrl, as),
    async close() {
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}

/** The public key that it publishes, as a text that a forger may use. */
export async function publicKeyText(): Promise<string> {
  return exportSPKI((await keys).publicKey);
}

/** Listens on a free port of this machine and returns the address. */
export async function listening(http: Server): Promise<string> {
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

/** Follows redirects with cookies, signs in where it is asked to, and agrees to everything. */
async function browse(issuer: string, from: string, login: string): Promise<URL> {
  const cookies = new Map<string, string>();
  let next = new URL(from);
  for (let hop = 0; hop < 12; hop += 1) {
    const page = await visit(next, cookies);
    const location = page.headers.get('location');
    const text = await page.text();
    if (location === null) {
      const prompt = /name="prompt" value="(\w+)"/.exec(text)?.[1];
      if (!prompt) throw new Error(`The provider shows ${page.status}: ${text.slice(0, 400)}`);
      const form = new URLSearchParams({ prompt, login, password: 'any' });
      const answer = await visit(next, cookies, form);
      next = new URL(answer.headers.get('location') ?? '', next);
    } else {
      next = new URL(location, next);
    }
    if (next.origin !== issuer) return next;
  }
  throw new Error('The provider never ends.');
}

async function visit(url: URL, cookies: Map<string, string>, form?: URLSearchParams) {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const answer = await fetch(url, {
    redirect: 'manual',
    headers: { cookie },
    ...(form ? { method: 'POST', body: form } : {}),
  });
  for (const line of answer.headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (value === '') cookies.delete(name);
    else cookies.set(name, value);
  }
  return answer;
}
