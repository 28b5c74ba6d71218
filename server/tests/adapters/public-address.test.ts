import { createECDH, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isPublicAddress } from '../../src/adapters/push/public-address.ts';
import { webPushSender } from '../../src/adapters/push/web-push.ts';
import { newVapidKeys } from '../../src/app/vapid-keys.ts';
import { stoppedClock } from '../support/clock.ts';
import { type PushService, pushService } from '../support/push-service.ts';

const vapid = { ...newVapidKeys(), subject: 'mailto:admin@example.com' };
const message = { title: 't', body: 'b', data: {}, collapseKey: null, ttlSeconds: 60 };

function subscriptionAt(endpoint: string): string {
  const p256dh = createECDH('prime256v1').generateKeys('base64url');
  return JSON.stringify({
    endpoint,
    keys: { p256dh, auth: randomBytes(16).toString('base64url') },
  });
}

describe('S86: an address that a client gives', () => {
  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.255',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.2.1',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:169.254.169.254',
    '64:ff9b::a00:1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'ff02::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'localhost',
    '',
  ])('is not public: %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(['8.8.8.8', '172.32.0.1', '192.0.3.1', '2606:4700::1111', '2a00:1450:4001::200a'])(
    'is public: %s',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );
});

describe('S86: a push to an address that a client gives', () => {
  const { now } = stoppedClock();
  const sender = webPushSender({ now, vapid, privateHosts: [] });
  let trap: Server;
  let port: number;
  let caught: number;

  beforeEach(async () => {
    caught = 0;
    trap = createServer((socket) => {
      caught += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(trap, 'listening');
    port = (trap.address() as AddressInfo).port;
  });

  afterEach(async () => {
    trap.close();
    await once(trap, 'close');
  });

  it.each([
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://017700000001/',
    'https://127.1/',
    'https://127.0.0.1./',
    'https://１２７.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://169.254.169.254/latest/meta-data/',
    'https://10.0.0.1/',
    'https://0/',
    'http://push.example.com/',
    'https://push.example.com:8443/',
  ])('goes nowhere and ends the subscription: %s', async (endpoint) => {
    expect(await sender.send(subscriptionAt(endpoint), message)).toBe('gone');
  });

  it('goes nowhere when its name leads to this machine', async () => {
    expect(await sender.send(subscriptionAt('https://LocalHost/'), message)).toBe('gone');
  });

  it('goes to no other port', async () => {
    const endpoints = [`https://127.0.0.1:${port}/`, `https://localhost:${port}/`];
    for (const endpoint of endpoints) {
      expect(await sender.send(subscriptionAt(endpoint), message)).toBe('gone');
    }

    expect(caught).toBe(0);
  });

  it('goes to a host and port that the operator named, and to no other', async () => {
    const named = webPushSender({ now, vapid, privateHosts: [`localhost:${port}`] });

    await expect(
      named.send(subscriptionAt(`https://localhost:${port}/`), message),
    ).rejects.toMatchObject({ code: 'unavailable' });
    expect(caught).toBe(1);
    for (const endpoint of [`https://127.0.0.1:${port}/`, `https://localhost:${port + 1}/`]) {
      expect(await named.send(subscriptionAt(endpoint), message)).toBe('gone');
    }
    expect(caught).toBe(1);
  });

  it('is spared a service that has failed five times, for ten seconds', async () => {
    const clock = stoppedClock();
    const hosts = [`localhost:${port}`];
    const named = webPushSender({ now: clock.now, vapid, privateHosts: hosts });
    const push = () => named.send(subscriptionAt(`https://localhost:${port}/`), message);

    for (let i = 0; i < 7; i += 1) await expect(push()).rejects.toThrow('does not answer');
    expect(caught).toBe(5);
    clock.advance(10_000);
    await expect(push()).rejects.toThrow('does not answer');

    expect(caught).toBe(6);
  });
});

describe('S86: a push service', () => {
  const { now } = stoppedClock();
  let service: PushService;

  beforeEach(async () => {
    service = await pushService();
  });

  afterEach(() => service.close());

  function senderOf(more: { privateHosts?: string[]; timeoutMs?: number } = {}) {
    const { VAPID_PUBLIC_KEY: publicKey = '', VAPID_PRIVATE_KEY: privateKey = '' } =
      service.environment;
    const keys = { subject: vapid.subject, publicKey, privateKey };
    return webPushSender({ now, vapid: keys, privateHosts: [service.host], ...more });
  }

  it('cannot send us elsewhere', async () => {
    const first = service.subscribe();
    const other = service.subscribe();
    service.answer(first, { status: 307, headers: { location: other.endpoint } });

    await expect(senderOf().send(JSON.stringify(first), message)).rejects.toThrow('307');
    expect(service.received).toEqual([]);
  });

  it('gets what only the browser can read', async () => {
    const outcome = await senderOf().send(JSON.stringify(service.subscribe()), message);

    expect(outcome).toBe('sent');
    expect(service.faults).toEqual([]);
    expect(service.received).toMatchObject([{ message: { title: 't', body: 'b', data: {} } }]);
  });

  it('that never answers is not waited for, and two of them keep no others from being asked', async () => {
    const mutes = Array.from({ length: 3 }, () => createServer(() => {}).listen(0, '127.0.0.1'));
    await Promise.all(mutes.map((mute) => once(mute, 'listening')));
    const hosts = mutes.map((mute) => `localhost:${(mute.address() as AddressInfo).port}`);
    const sender = senderOf({ privateHosts: [service.host, ...hosts], timeoutMs: 1000 });
    const browser = JSON.stringify(service.subscribe());
    await sender.send(browser, message);

    const pushes = hosts.map((host) => sender.send(subscriptionAt(`https://${host}/`), message));
    const outcomes = Promise.allSettled(pushes);
    const begin = performance.now();
    expect(await sender.send(browser, message)).toBe('sent');
    const tookMs = performance.now() - begin;

    expect(tookMs).toBeLessThan(1000);
    expect(await outcomes).toMatchObject([
      { reason: { message: expect.stringContaining('does not answer') } },
      { reason: { message: expect.stringContaining('does not answer') } },
      { reason: { message: expect.stringContaining('busy') } },
    ]);
    for (const mute of mutes) mute.close();
  });
});
