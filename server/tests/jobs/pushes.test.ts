import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emit, type PushWanted } from '../../src/domain/events.ts';
import { stoppedClock } from '../support/clock.ts';
import { type FcmServer, fcmServer, notAToken, unregistered } from '../support/fcm.ts';
import { type PushService, pushService } from '../support/push-service.ts';
import { type Person, passwords, type TestServer, testServer } from '../support/server.ts';
import { outboxOf } from './jobs.ts';

const secondMs = 1000;

describe('pushes', () => {
  let fcm: FcmServer;
  let webPush: PushService;
  let server: TestServer;

  beforeEach(async () => {
    // It stands as the server's clock does; both are put forward together.
    fcm = await fcmServer({ now: () => server?.clock.now() ?? stoppedClock().now() });
    webPush = await pushService();
    const environment = { ...fcm.environment, ...webPush.environment };
    server = await testServer({ environment });
  });

  afterEach(async () => {
    await server.close();
    await webPush.close();
    await fcm.close();
  });

  async function register(as: Person, deviceId: string, token: unknown): Promise<void> {
    const type = typeof token === 'string' ? 'android' : 'web';
    const path = `/v2/me/devices/${deviceId}`;
    const { status, body } = await server.send('PUT', path, { as, body: { type, token } });
    if (status !== 200) throw new Error(JSON.stringify(body));
  }

  /** As a subscriber of some event would ask for it. */
  async function tell(person: Person, more: Partial<PushWanted> = {}): Promise<void> {
    const { body } = await server.send('GET', '/v2/me', { as: person });
    const message = { kind: 'followed', title: 'Bob follows you', body: 'Say hello.', data: {} };
    const wanted = { accountId: body.id, ...message, ...more };
    const { database } = server.app;
    await database.transaction((tx) => emit(tx, server.clock.now(), 'push.wanted', wanted));
  }

  async function later(seconds: number): Promise<void> {
    server.clock.advance(seconds * secondMs);
    await server.work();
  }

  async function devicesOf(as: Person): Promise<string[]> {
    const { body } = await server.send('GET', '/v2/me/devices', { as });
    return body.items.map(({ deviceId }: { deviceId: string }) => deviceId);
  }

  const tokensTaken = () => fcm.taken.map(({ token }) => token).sort();

  it('reach the apps and the browsers of an account, and nobody else', async () => {
    const browser = webPush.subscribe();
    await register('alice', 'phone', 'token-1');
    await register('alice', 'laptop', browser);
    await register('bob', 'other', 'token-2');

    await tell('alice', { data: { post: '7' }, collapseKey: 'followed', ttlSeconds: 600 });
    await server.work();

    expect(webPush.faults).toEqual([]);
    expect(fcm.taken).toEqual([
      {
        token: 'token-1',
        notification: { title: 'Bob follows you', body: 'Say hello.' },
        data: { kind: 'followed', post: '7' },
        android: { priority: 'HIGH', ttl: '600s', collapse_key: 'followed' },
        apns: expect.objectContaining({
          headers: { 'apns-expiration': '1780315800', 'apns-collapse-id': 'followed' },
        }),
      },
    ]);
    expect(webPush.received).toEqual([
      {
        message: {
          title: 'Bob follows you',
          body: 'Say hello.',
          data: { kind: 'followed', post: '7' },
        },
        headers: expect.objectContaining({
          ttl: '600',
          topic: expect.stringMatching(/^[\w-]{32}$/),
        }),
      },
    ]);
  });

  it('ask Google for one access token, and for the next shortly before it ends', async () => {
    await register('alice', 'phone', 'token-1');
    for (let i = 0; i < 3; i += 1) await tell('alice');
    await server.work();
    expect(fcm.tokens()).toBe(1);

    server.clock.advance(3_550 * secondMs);
    server.forget('alice');
    await tell('alice');
    await server.work();

    expect(fcm.tokens()).toBe(2);
    expect(fcm.taken).toHaveLength(4);
  });

  it('ask for a new access token when the old one was revoked', async () => {
    await register('alice', 'phone', 'token-1');
    await tell('alice');
    await server.work();
    fcm.revokeTokens();

    await tell('alice');
    await server.work();
    await later(2);

    expect(fcm.taken).toHaveLength(2);
  });

  const fcmError = (status: number, name: string, code?: string, message = 'refused') => ({
    status,
    body: {
      error: {
        code: status,
        status: name,
        message,
        ...(code
          ? {
              details: [
                {
                  '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError',
                  errorCode: code,
                },
              ],
            }
          : {}),
      },
    },
  });
  const badField = (field: string) => ({
    status: 400,
    body: { error: { status: 'INVALID_ARGUMENT', details: [{ fieldViolations: [{ field }] }] } },
  });

  it.each<[end: boolean, name: string, refusal: Parameters<FcmServer['refuse']>[1]]>([
    [true, 'UNREGISTERED', unregistered],
    [true, 'a token that never was one', notAToken],
    [true, 'a token that it cannot read', badField('message.token')],
    [true, 'SENDER_ID_MISMATCH', fcmError(403, 'PERMISSION_DENIED', 'SENDER_ID_MISMATCH')],
    [true, 'the same in words', fcmError(403, 'PERMISSION_DENIED', undefined, 'SenderId mismatch')],
    [false, 'another field', badField('message.data')],
    [false, 'INVALID_ARGUMENT', fcmError(400, 'INVALID_ARGUMENT', 'INVALID_ARGUMENT')],
    [false, 'THIRD_PARTY_AUTH_ERROR', fcmError(401, 'UNAUTHENTICATED', 'THIRD_PARTY_AUTH_ERROR')],
    [false, 'a project without rights', fcmError(403, 'PERMISSION_DENIED')],
    [false, 'a project that is not found', fcmError(404, 'NOT_FOUND')],
    [false, 'QUOTA_EXCEEDED', fcmError(429, 'RESOURCE_EXHAUSTED', 'QUOTA_EXCEEDED')],
    [false, 'INTERNAL', fcmError(500, 'INTERNAL', 'INTERNAL')],
    [false, 'UNAVAILABLE', fcmError(503, 'UNAVAILABLE', 'UNAVAILABLE')],
    [false, 'an answer in HTML', { status: 502 }],
  ])('end a device (%s) by what FCM says: %s', async (isEnd, _name, refusal) => {
    await register('alice', 'phone', 'token-1');
    await register('alice', 'tablet', 'token-2');
    fcm.refuse('token-1', refusal);

    await tell('alice');
    await server.work();
    // Longer than any breaker rests.
    await later(120);

    expect((await devicesOf('alice')).sort()).toEqual(isEnd ? ['tablet'] : ['phone', 'tablet']);
    expect(tokensTaken()).toEqual(isEnd ? ['token-2'] : ['token-1', 'token-2']);
  });

  it.each<[end: boolean, status: number, body?: string]>([
    [true, 404],
    [true, 410],
    [
      true,
      403,
      'the VAPID credentials in the authorization header do not correspond to the credentials used to create the subscriptions.',
    ],
    [true, 401, '{"code":401,"errno":109,"message":"VAPID public key mismatch"}'],
    [true, 403, '{"reason":"VapidPkHashMismatch"}'],
    [true, 400, '{"reason":"VapidPkHashMismatch"}'],
    [false, 403, '{"reason":"BadJwtToken"}'],
    [false, 403],
    [false, 401, 'invalid JWT provided'],
    [false, 400, 'UnauthorizedRegistration'],
    [false, 400, 'x'.repeat(100_000)],
    [false, 405],
    [false, 406],
    [false, 413],
    [false, 429],
    [false, 500],
    [false, 503],
    [false, 507],
  ])('end a subscription (%s) that is answered %i %s', async (isEnd, status, body) => {
    const browser = webPush.subscribe();
    await register('alice', 'laptop', browser);
    webPush.answer(browser, { status, ...(body ? { body } : {}) });

    await tell('alice');
    await server.work();
    await later(120);

    expect(await devicesOf('alice')).toEqual(isEnd ? [] : ['laptop']);
    expect(webPush.received).toHaveLength(isEnd ? 0 : 1);
  });

  it('do not cost a device that has another token by now', async () => {
    await register('alice', 'phone', 'token-1');
    fcm.refuse('token-1', { status: 503 }, unregistered);
    await tell('alice');
    await server.work();

    await register('alice', 'phone', 'token-2');
    await later(2);

    expect(await devicesOf('alice')).toEqual(['phone']);
    expect(tokensTaken()).toEqual(['token-2']);
  });

  it('are not ended by a refusal that says nothing about the token', async () => {
    await register('alice', 'phone', 'token-1');
    fcm.refuse('token-1', { status: 404, body: { error: { status: 'NOT_FOUND' } } });

    await tell('alice');
    await server.work();
    await later(2);

    expect(tokensTaken()).toEqual(['token-1']);
  });

  it.each([429, 503])('are repeated after %i, for the one device that failed', async (status) => {
    const browser = webPush.subscribe();
    await register('alice', 'phone', 'token-1');
    await register('alice', 'tablet', 'token-2');
    await register('alice', 'laptop', browser);
    fcm.refuse('token-1', { status });
    webPush.answer(browser, { status });

    await tell('alice');
    await server.work();
    expect(tokensTaken()).toEqual(['token-2']);
    await later(2);
    await later(60);

    expect(tokensTaken()).toEqual(['token-1', 'token-2']);
    expect(webPush.received).toHaveLength(1);
    expect(await outboxOf(server)).toEqual([]);
  });

  it('wait for as long as a service asks', async () => {
    const browser = webPush.subscribe();
    await register('alice', 'phone', 'token-1');
    await register('alice', 'laptop', browser);
    const busy = { status: 429, headers: { 'retry-after': '120' } };
    fcm.refuse('token-1', busy);
    webPush.answer(browser, busy);
    await tell('alice');
    await server.work();

    await later(119);
    expect([fcm.taken, webPush.received]).toEqual([[], []]);
    await later(1);

    expect([fcm.taken.length, webPush.received.length]).toEqual([1, 1]);
  });

  it('wait while FCM is away, without keeping a request waiting, and arrive once', async () => {
    await register('alice', 'phone', 'token-1');
    fcm.hang(true);
    await tell('alice');
    const working = server.work();

    const begin = performance.now();
    await server.tokens('bob');
    const { status } = await server.send('POST', '/v2/me/devices/phone/test-push', { as: 'alice' });
    const tookMs = performance.now() - begin;
    fcm.hang(false);
    await working;
    await later(60);
    await later(60);

    expect(status).toBe(202);
    // A call of FCM is given up after ten seconds.
    expect(tookMs).toBeLessThan(5000);
    expect(fcm.taken.map(({ data }) => data.kind)).toEqual(
      expect.arrayContaining(['followed', 'test']),
    );
    expect(fcm.taken).toHaveLength(2);
    expect(await outboxOf(server)).toEqual([]);
  });

  it('that are older than their time are dropped', async () => {
    await register('alice', 'phone', 'token-1');
    fcm.refuse('token-1', { status: 503, headers: { 'retry-after': '120' } });

    await tell('alice', { ttlSeconds: 60 });
    await server.work();
    await later(120);

    expect(fcm.taken).toEqual([]);
    expect(await outboxOf(server)).toEqual([]);
  });

  it('on their way do not follow a device to another account', async () => {
    await register('alice', 'phone', 'token-1');
    fcm.refuse('token-1', { status: 503 });
    await tell('alice');
    await server.work();

    await register('bob', 'phone', 'token-1');
    await later(2);

    expect(fcm.taken).toEqual([]);
    expect(await outboxOf(server)).toEqual([]);
  });

  it('end with the session that registered the device, and begin again with the next', async () => {
    await register('alice', 'phone', 'token-1');
    await register('alice', 'tablet', 'token-2');
    await server.send('DELETE', '/v2/sessions/current', { as: 'alice' });
    server.forget('alice');

    await tell('alice');
    await server.work();
    expect(fcm.taken).toEqual([]);
    await register('alice', 'phone', 'token-1');
    await tell('alice');
    await server.work();

    expect(tokensTaken()).toEqual(['token-1']);
  });

  it('S32: are not sent to a disabled account', async () => {
    await register('alice', 'phone', 'token-1');
    await tell('alice');
    const at = server.clock.now().toISOString();
    await server.app.database.transaction((tx) =>
      tx.updateTable('accounts').set({ disabled_at: at }).execute(),
    );
    await server.work();

    expect(fcm.taken).toEqual([]);
  });

  it('end with the account', async () => {
    await register('alice', 'phone', 'token-1');
    await tell('alice');
    await server.send('DELETE', '/v2/me', { as: 'alice', body: { password: passwords.alice } });
    await server.work();

    expect(fcm.taken).toEqual([]);
    expect(await server.app.database.selectFrom('devices').selectAll().execute()).toEqual([]);
  });

  it('are as long as services take, however long their text', async () => {
    const browser = webPush.subscribe();
    await register('alice', 'laptop', browser);

    await tell('alice', { title: '🪶'.repeat(500), body: '🪶'.repeat(5000) });
    await server.work();

    const [push] = webPush.received as Array<{ message: { title: string; body: string } }>;
    expect(Array.from(push?.message.title ?? '')).toHaveLength(100);
    expect(push?.message.body.endsWith('🪶…')).toBe(true);
  });
});

describe('without a push service', () => {
  it('devices are kept, nothing is sent, and the log says so once', async () => {
    const server = await testServer();
    const body = { type: 'ios', token: 'token-1' };
    const put = await server.send('PUT', '/v2/me/devices/phone', { as: 'alice', body });
    const wanted = { accountId: 1, kind: 'liked', title: 't', body: 'b', data: {} };
    await server.app.database.transaction((tx) =>
      emit(tx, server.clock.now(), 'push.wanted', wanted),
    );
    await server.app.startWork();
    await server.work();
    const test = await server.send('POST', '/v2/me/devices/phone/test-push', { as: 'alice' });
    const key = await server.send('GET', '/v2/push-key');

    expect([put.status, test.status, key.status]).toEqual([200, 409, 404]);
    expect(await outboxOf(server)).toEqual([]);
    expect(server.logged.filter((line) => line.includes('pushes are not set up'))).toHaveLength(1);
    await server.close();
  });
});
