import { createHmac } from 'node:crypto';
import { DomainError, invalid } from '../../domain/errors.ts';
import type { IdentityProvider, Now, ProvidedIdentity } from '../../domain/ports.ts';
import { asking, maxAnswerMs } from './outage.ts';

type FacebookOptions = {
  now: Now;
  appId: string;
  appSecret: string;
  /** Without a slash at the end; may end with a version: `https://graph.facebook.com/v19.0`. */
  graphUrl: string;
  /** For all that one question needs of Facebook. */
  maxMs?: number;
};

type Json = Record<string, unknown>;

/** As Facebook calls itself in the ID tokens of its limited login. */
const issuer = 'https://www.facebook.com';

/** Access tokens of Facebook's apps, checked by its Graph API. */
export function facebookProvider({
  now,
  appId,
  appSecret,
  graphUrl,
  maxMs,
}: FacebookOptions): IdentityProvider {
  const ask = asking('facebook', now, maxMs);
  const appToken = `${appId}|${appSecret}`;

  async function get(path: string, query: Record<string, string>): Promise<Json> {
    const answer = await fetch(`${graphUrl}/${path}?${new URLSearchParams(query).toString()}`, {
      redirect: 'error',
      signal: AbortSignal.timeout(maxAnswerMs),
    });
    // Whatever a client sends must not look like an outage.
    if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) throw badToken();
    if (!answer.ok) throw new Error(`${graphUrl}/${path} answers ${answer.status}`);
    return objectOf(await answer.json());
  }

  /** Only a token that was made for our app shows who somebody is; others were given to strangers. */
  async function subjectOf(accessToken: string): Promise<string> {
    const query = { input_token: accessToken, access_token: appToken };
    const data = objectOf((await get('debug_token', query)).data);
    const expiresAt = Number(data.expires_at ?? 0);
    const isLive = expiresAt === 0 || expiresAt > now().getTime() / 1000;
    const isOurs = data.app_id === appId && data.type === 'USER';
    if (data.is_valid !== true || !isLive || !isOurs) throw badToken();
    return String(data.user_id);
  }

  async function verify(accessToken: string): Promise<ProvidedIdentity> {
    const subject = await subjectOf(accessToken);
    const { id, name, email } = await get('me', {
      fields: 'id,name,email',
      access_token: accessToken,
      appsecret_proof: createHmac('sha256', appSecret).update(accessToken).digest('hex'),
    });
    if (id !== subject || !/^\d{1,32}$/.test(subject)) throw badToken();
    return {
      issuer,
      subject,
      email: typeof email === 'string' ? email : null,
      // Graph does not say whether anybody checked it.
      isEmailVerified: false,
      name: typeof name === 'string' ? name : null,
    };
  }

  return {
    name: 'facebook',
    issuer,
    credential: 'access-token',
    verify: (accessToken) => ask(() => verify(accessToken)),
    codeFlow: null,
    async check() {
      const query = { fields: 'id', access_token: appToken };
      const { id } = await get(appId, query).catch((error: unknown) => {
        if (!(error instanceof DomainError)) throw error;
        throw new Error('Facebook refuses FACEBOOK_APP_ID with FACEBOOK_APP_SECRET.');
      });
      if (id !== appId) throw new Error(`${graphUrl} does not speak Facebook’s Graph.`);
      return null;
    },
  };
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function badToken(): DomainError {
  return invalid('accessToken', 'is not valid for this app');
}
