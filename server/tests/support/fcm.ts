import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json, text } from 'node:stream/consumers';
import { jwtVerify } from 'jose';
import type { Clock } from './clock.ts';

export type FcmMessage = {
  token: string;
  notification: { title: string; body: string };
  data: Record<string, string>;
  android: Record<string, string>;
  apns: { headers: Record<string, string> };
};

type Refusal = { status: number; body?: object; headers?: Record<string, string> };

/** A server that speaks Google's token endpoint and the HTTP v1 API of Firebase Cloud Messaging. */
export type FcmServer = {
  url: string;
  /** What a worker needs to reach it. */
  environment: Record<string, string>;
  /** Messages that were taken. */
  taken: FcmMessage[];
  /** How many access tokens were given out. */
  tokens(): number;
  /** The next messages for a device are refused so, one after the other. */
  refuse(deviceToken: string, ...refusals: Refusal[]): void;
  /** Requests are taken in and not answered, until the next call cuts them. */
  hang(isHanging: boolean): void;
  /** No access token is good any more. */
  revokeTokens(): void;
  close(): Promise<void>;
};

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const clientEmail = 'rookery@photos-1.iam.gserviceaccount.com';

/** What FCM says of a token that an app has given up. */
export const unregistered: Refusal = {
  status: 404,
  body: {
    error: {
      code: 404,
      message: 'Requested entity was not found.',
      status: 'NOT_FOUND',
      details: [
        {
          '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError',
          errorCode: 'UNREGISTERED',
        },
      ],
    },
  },
};

export const notAToken: Refusal = {
  status: 400,
  body: {
    error: {
      code: 400,
      message: 'The registration token is not a valid FCM registration token',
      status: 'INVALID_ARGUMENT',
    },
  },
};

export async function fcmServer(clock: Pick<Clock, 'now'>): Promise<FcmServer> {
  const taken: FcmMessage[] = [];
  const refusals = new Map<string, Refusal[]>();
  const accessTokens = new Set<string>();
  let given = 0;
  let isHanging = false;
  const server = createServer((request, response) => {
    if (isHanging) return;
    answer(request, response).catch((error: unknown) => {
      send(response, {
        status: 400,
        body: { error: 'invalid_grant', error_description: String(error) },
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/token') return giveToken(request, response);
    if (request.url !== '/v1/projects/photos-1/messages:send' || request.method !== 'POST') {
      return send(response, { status: 404, body: {} });
    }
    const bearer = request.headers.authorization?.replace('Bearer ', '') ?? '';
    if (!accessTokens.has(bearer)) {
      return send(response, { status: 401, body: { error: { status: 'UNAUTHENTICATED' } } });
    }
    const { message } = (await json(request)) as { message: FcmMessage };
    const refusal = refusals.get(message.token)?.shift();
    if (refusal) return send(response, refusal);
    taken.push(message);
    send(response, { status: 200, body: { name: `projects/photos-1/messages/${taken.length}` } });
  }

  /** RFC 7523, as strictly as Google. */
  async function giveToken(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await text(request));
    const { payload } = await jwtVerify(form.get('assertion') ?? '', keys.publicKey, {
      algorithms: ['RS256'],
      issuer: clientEmail,
      audience: `${url}/token`,
      currentDate: clock.now(),
      requiredClaims: ['iat', 'exp'],
    });
    const { scope, iat = 0, exp = 0 } = payload;
    const isGood =
      form.get('grant_type') === 'urn:ietf:params:oauth:grant-type:jwt-bearer' &&
      scope === 'https://www.googleapis.com/auth/firebase.messaging' &&
      exp - iat <= 3600;
    if (!isGood) throw new Error('The assertion is not what Google asks for.');
    const token = `ya29.${randomUUID()}`;
    accessTokens.add(token);
    given += 1;
    send(response, {
      status: 200,
      body: { access_token: token, expires_in: 3599, token_type: 'Bearer' },
    });
  }

  return {
    url,
    environment: {
      FCM_SERVICE_ACCOUNT: serviceAccount(`${url}/token`),
      FCM_BASE_URL: url,
    },
    taken,
    tokens: () => given,
    refuse: (deviceToken, ...these) => void refusals.set(deviceToken, these),
    hang(hangs) {
      isHanging = hangs;
      if (!hangs) server.closeAllConnections();
    },
    revokeTokens: () => accessTokens.clear(),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The key file that the Firebase console hands out. */
export function serviceAccount(tokenUrl: string): string {
  return JSON.stringify({
    type: 'service_account',
    project_id: 'photos-1',
    private_key_id: '6b1f0e',
    private_key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    client_email: clientEmail,
    token_uri: tokenUrl,
  });
}

function send(response: ServerResponse, { status, body, headers }: Refusal): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body ?? {}));
}
