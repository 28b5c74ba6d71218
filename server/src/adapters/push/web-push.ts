import { createHash } from 'node:crypto';
import { request } from 'node:https';
import { isIP } from 'node:net';
import { LRUCache } from 'lru-cache';
import webPush, { type PushSubscription } from 'web-push';
import type { Now, PushMessage, PushSender } from '../../domain/ports.ts';
import { type Breaker, breaker } from '../breaker.ts';
import { boundedPool } from '../pool.ts';
import { isOutageStatus, isPushOutage, pushOutage } from './outage.ts';
import { ForbiddenAddressError, isPublicAddress, publicLookup } from './public-address.ts';

export type WebPushOptions = {
  now: Now;
  /** VAPID (RFC 8292): who we are to push services; keys in base64url. */
  vapid: { subject: string; publicKey: string; privateKey: string };
  /** `host:port` of push services that may be at an address or a port that is not public. */
  privateHosts: readonly string[];
  timeoutMs?: number;
};

/**
 * Browsers, through the push service that each of them names (RFC 8030, 8188, 8291). That address comes from a client:
 * the request goes to public addresses alone, on port 443, over TLS, and follows no redirect.
 */
export function webPushSender(options: WebPushOptions): PushSender {
  const { now, vapid, privateHosts, timeoutMs = 10_000 } = options;
  // One for each service; a client can name any number of them.
  const breakers = new LRUCache<string, Breaker>({ max: 1000 });
  // Services that took the last message. All others share two places, so that clients who name addresses that never answer
  // do not keep the workers from everybody else's jobs; what finds no place is repeated.
  const proven = new LRUCache<string, true>({ max: 1000 });
  const strangers = boundedPool({ name: 'new-push-services', concurrency: 2, maxWaiting: 0 });

  function breakerOf(host: string): Breaker {
    const machine = `The push service ${host}`;
    const known =
      breakers.get(host) ?? breaker({ now, machine, label: 'web-push', isOutage: isPushOutage });
    breakers.set(host, known);
    return known;
  }

  async function guarded(host: string, call: () => Promise<'sent' | 'gone'>) {
    try {
      const outcome = await breakerOf(host)(call);
      if (outcome === 'sent') proven.set(host, true);
      return outcome;
    } catch (error) {
      proven.delete(host);
      throw error;
    }
  }

  async function post(url: URL, subscription: PushSubscription, message: PushMessage) {
    const { headers, body } = webPush.generateRequestDetails(subscription, textOf(message), {
      vapidDetails: vapid,
      TTL: message.ttlSeconds,
      contentEncoding: 'aes128gcm',
      urgency: 'normal',
      ...(message.collapseKey === null ? {} : { topic: topicOf(message.collapseKey) }),
    });
    const isPrivate = privateHosts.includes(hostOf(url));
    const answer = await ask(url, { headers, body, isPrivate, timeoutMs });
    return outcomeOf(answer, url);
  }

  return {
    async send(token, message) {
      const subscription = JSON.parse(token) as PushSubscription;
      const url = new URL(subscription.endpoint);
      if (!isAllowed(url, privateHosts)) return 'gone';
      const push = () => guarded(url.host, () => post(url, subscription, message));
      return proven.has(url.host) ? push() : strangers(push);
    },
    async check() {
      webPush.getVapidHeaders(
        'https://push.example',
        vapid.subject,
        vapid.publicKey,
        vapid.privateKey,
        'aes128gcm',
      );
    },
  };
}

/** What can be said without asking the DNS. The parser of addresses has made `2130706433` and `0x7f.1` into 127.0.0.1. */
function isAllowed(url: URL, privateHosts: readonly string[]): boolean {
  if (url.protocol !== 'https:') return false;
  if (privateHosts.includes(hostOf(url))) return true;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return portOf(url) === '443' && (isIP(host) === 0 || isPublicAddress(host));
}

function hostOf(url: URL): string {
  return `${url.hostname}:${portOf(url)}`;
}

function portOf(url: URL): string {
  return url.port === '' ? '443' : url.port;
}

type Answer = { status: number; retryAfter: string | undefined; reason: string } | 'forbidden';

/** Statuses that mean one thing or another, which the body tells. */
const ambiguousStatuses = [400, 401, 403];
const maxReasonBytes = 2048;

/**
 * A subscription belongs to the key that it was made with (RFC 8292, 4.2), so that with another it is dead. Services say so in
 * words of their own: Chrome's, Mozilla's, Apple's. A token that is merely refused (a clock, a subject) is no such thing.
 */
const otherKeyReasons =
  /do(es)? not correspond to the credentials|vapid public key mismatch|VapidPkHashMismatch/i;

type Asked = {
  headers: Record<string, string | number>;
  body: Buffer | string | null;
  isPrivate: boolean;
  timeoutMs: number;
};

/** Reads only as much of the body as a reason needs: the sender controls its length. */
function ask(url: URL, { headers, body, isPrivate, timeoutMs }: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method: 'POST',
      headers,
      agent: false,
      signal: AbortSignal.timeout(timeoutMs),
      ...(isPrivate ? {} : { lookup: publicLookup }),
    });
    sent.on('response', (answer) => {
      const status = answer.statusCode ?? 0;
      const end = (reason: string) =>
        resolve({ status, retryAfter: answer.headers['retry-after'], reason });
      answer.on('error', () => end(''));
      if (ambiguousStatuses.includes(status)) {
        void beginningOf(answer).then(end, () => end(''));
        return;
      }
      end('');
      answer.destroy();
    });
    sent.on('error', (cause) => {
      if (cause instanceof ForbiddenAddressError) resolve('forbidden');
      else reject(pushOutage(`The push service ${url.host}`, { cause }));
    });
    sent.end(body);
  });
}

async function beginningOf(answer: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer) {
    chunks.push(chunk);
    bytes += chunk.length;
    // Leaving the loop destroys the stream.
    if (bytes >= maxReasonBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, maxReasonBytes).toString('utf8');
}

function outcomeOf(answer: Answer, { host }: URL): 'sent' | 'gone' {
  if (answer === 'forbidden') return 'gone';
  const { status, retryAfter, reason } = answer;
  if (status >= 200 && status < 300) return 'sent';
  // Expired, or never there (RFC 8030, 7.3).
  if (status === 404 || status === 410 || otherKeyReasons.test(reason)) return 'gone';
  const machine = `The push service ${host}`;
  if (isOutageStatus(status)) throw pushOutage(machine, { status, retryAfter });
  throw new Error(`${machine} refused a message: ${status}.`);
}

function textOf({ title, body, data }: PushMessage): string {
  return JSON.stringify({ title, body, data });
}

/** At most 32 letters of base64url (RFC 8030, 5.4). */
function topicOf(collapseKey: string): string {
  return createHash('sha256').update(collapseKey).digest('base64url').slice(0, 32);
}
