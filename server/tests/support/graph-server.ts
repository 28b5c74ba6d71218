import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { listening } from './oidc-server.ts';

/** What Facebook knows of an access token and of whom it belongs to. */
type GraphToken = {
  user: { id: string; name?: string; email?: string };
  appId?: string;
  type?: string;
  isValid?: boolean;
  /** Seconds since 1970; 0 for never. */
  expiresAt?: number;
};

/** A local server that speaks Facebook's Graph, as far as it is asked. */
export type GraphServer = {
  url: string;
  appId: string;
  appSecret: string;
  /** Makes an access token. */
  know(accessToken: string, token: GraphToken): void;
  /** Answers everything with this status from now on; null: as usual. */
  fail(status: number | null): void;
  requests(): number;
  close(): Promise<void>;
};

const appId = '1234567890';
const appSecret = 'a-secret-of-the-app';

export async function graphServer(): Promise<GraphServer> {
  const tokens = new Map<string, GraphToken>();
  let failure: number | null = null;
  let requests = 0;
  const http = createServer((request, response) => {
    requests += 1;
    const url = new URL(request.url ?? '', 'http://graph');
    const [status, body] = failure === null ? answerTo(url, tokens) : [failure, {}];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  return {
    url: await listening(http),
    appId,
    appSecret,
    know: (accessToken, token) => void tokens.set(accessToken, token),
    fail: (status) => {
      failure = status;
    },
    requests: () => requests,
    async close() {
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}

function answerTo(url: URL, tokens: ReadonlyMap<string, GraphToken>): [number, object] {
  const query = Object.fromEntries(url.searchParams);
  switch (url.pathname) {
    case '/debug_token':
      if (query.access_token !== `${appId}|${appSecret}`) return oauthError;
      return [200, { data: debugged(tokens.get(query.input_token ?? '')) }];
    case '/me':
      return profile(query, tokens.get(query.access_token ?? ''));
    case `/${appId}`:
      return query.access_token === `${appId}|${appSecret}` ? [200, { id: appId }] : oauthError;
    default:
      return [404, { error: { message: 'Unknown path components', code: 2500 } }];
  }
}

const oauthError: [number, object] = [
  400,
  { error: { message: 'Invalid OAuth access token.', type: 'OAuthException', code: 190 } },
];

function debugged(token: GraphToken | undefined): object {
  if (!token)
    return { error: { code: 190, message: 'Invalid OAuth access token.' }, is_valid: false };
  return {
    app_id: token.appId ?? appId,
    type: token.type ?? 'USER',
    application: 'Rookery',
    expires_at: token.expiresAt ?? 0,
    is_valid: token.isValid ?? true,
    scopes: ['public_profile', 'email'],
    user_id: token.user.id,
  };
}

function profile(query: Record<string, string>, token?: GraphToken): [number, object] {
  const proof = createHmac('sha256', appSecret)
    .update(query.access_token ?? '')
    .digest('hex');
  if (!token || query.appsecret_proof !== proof) return oauthError;
  const fields = (query.fields ?? '').split(',');
  return [200, Object.fromEntries(Object.entries(token.user).filter(([k]) => fields.includes(k)))];
}
