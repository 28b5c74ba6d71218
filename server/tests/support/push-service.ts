import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import tls from 'node:tls';
import { jwtVerify } from 'jose';
import { newVapidKeys } from '../../src/app/vapid-keys.ts';
import { selfSigned } from './certificates.ts';

export type Subscription = { endpoint: string; keys: { p256dh: string; auth: string } };

/** A push as the browser sees it, once it was decrypted. */
type Received = { message: unknown; headers: Record<string, unknown> };

/** A Web Push service over TLS, and the browsers behind it. */
export type PushService = {
  /** `localhost:port` */
  host: string;
  /** What a worker needs to reach it. */
  environment: Record<string, string>;
  received: Received[];
  /** What was wrong with requests that were refused for what they are. */
  faults: string[];
  /** A browser subscribes. */
  subscribe(): Subscription;
  /** The next requests for a subscription are answered so, one after the other. */
  answer(subscription: Subscription, ...answers: Scripted[]): void;
  close(): Promise<void>;
};

type Scripted = { status: number; headers?: Record<string, string>; body?: string };

type Browser = { ecdh: ReturnType<typeof createECDH>; auth: Buffer; answers: Scripted[] };

const certificate = selfSigned();

export async function pushService(): Promise<PushService> {
  // Trusted by this process as `NODE_EXTRA_CA_CERTS` would make it: the program checks certificates as ever.
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), certificate.cert]);
  const vapid = newVapidKeys();
  const browsers = new Map<string, Browser>();
  const received: Received[] = [];
  const faults: string[] = [];
  const server = createServer(certificate, (request, response) => {
    take(request).then(
      ({ status, headers, body }) => response.writeHead(status, headers).end(body),
      (error: unknown) => {
        faults.push(String(error));
        response.writeHead(400).end();
      },
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `localhost:${(server.address() as AddressInfo).port}`;

  async function take(request: IncomingMessage): Promise<Scripted> {
    const body = await buffer(request);
    const browser = browsers.get(request.url ?? '');
    if (!browser || request.method !== 'POST') return { status: 404 };
    await checkVapid(request.headers.authorization ?? '', { host, publicKey: vapid.publicKey });
    if (request.headers['content-encoding'] !== 'aes128gcm') throw new Error('no aes128gcm');
    const plain = decrypted(body, browser);
    const scripted = browser.answers.shift();
    if (scripted) return scripted;
    received.push({ message: JSON.parse(plain.toString('utf8')), headers: request.headers });
    return { status: 201 };
  }

  return {
    host,
    environment: {
      VAPID_PUBLIC_KEY: vapid.publicKey,
      VAPID_PRIVATE_KEY: vapid.privateKey,
      VAPID_SUBJECT: 'mailto:admin@example.com',
      WEB_PUSH_HOSTS: host,
    },
    received,
    faults,
    subscribe() {
      const ecdh = createECDH('prime256v1');
      const p256dh = ecdh.generateKeys('base64url');
      const auth = randomBytes(16);
      const path = `/send/${randomBytes(16).toString('hex')}`;
      browsers.set(path, { ecdh, auth, answers: [] });
      return {
        endpoint: `https://${host}${path}`,
        keys: { p256dh, auth: auth.toString('base64url') },
      };
    },
    answer({ endpoint }, ...answers) {
      browsers.get(new URL(endpoint).pathname)?.answers.push(...answers);
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** RFC 8292: `vapid t=<JWT>, k=<public key>`. */
async function checkVapid(
  authorization: string,
  { host, publicKey }: { host: string; publicKey: string },
): Promise<void> {
  const [, token = '', key = ''] = /^vapid t=([^,]+), ?k=(.+)$/.exec(authorization) ?? [];
  if (key !== publicKey) throw new Error('another key');
  const point = Buffer.from(key, 'base64url');
  const x = point.subarray(1, 33).toString('base64url');
  const y = point.subarray(33).toString('base64url');
  const verifier = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  const { payload } = await jwtVerify(token, verifier, {
    algorithms: ['ES256'],
    audience: `https://${host}`,
    subject: 'mailto:admin@example.com',
    requiredClaims: ['exp'],
  });
  if ((payload.exp ?? 0) > Date.now() / 1000 + 24 * 3600) throw new Error('exp is too far away');
}

/** RFC 8188 with one record, keyed as in RFC 8291. */
function decrypted(body: Buffer, { ecdh, auth }: Browser): Buffer {
  const salt = body.subarray(0, 16);
  const keyEnd = 21 + body.readUInt8(20);
  const senderKey = body.subarray(21, keyEnd);
  const secret = ecdh.computeSecret(senderKey);
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), ecdh.getPublicKey(), senderKey]);
  const keyMaterial = derive(secret, { salt: auth, info, length: 32 });
  const named = (name: string) => Buffer.from(`Content-Encoding: ${name}\0`);
  const key = derive(keyMaterial, { salt, info: named('aes128gcm'), length: 16 });
  const nonce = derive(keyMaterial, { salt, info: named('nonce'), length: 12 });
  const decipher = createDecipheriv('aes-128-gcm', key, nonce);
  decipher.setAuthTag(body.subarray(-16));
  const padded = Buffer.concat([decipher.update(body.subarray(keyEnd, -16)), decipher.final()]);
  const end = padded.lastIndexOf(2);
  return padded.subarray(0, end);
}

function derive(
  material: Buffer,
  { salt, info, length }: { salt: Buffer; info: Buffer; length: number },
): Buffer {
  return Buffer.from(hkdfSync('sha256', material, salt, info, length));
}
