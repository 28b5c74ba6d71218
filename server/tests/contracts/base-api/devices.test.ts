import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stoppedClock } from '../../support/clock.ts';
import { type FcmServer, fcmServer } from '../../support/fcm.ts';
import { type Person, passwords, type TestServer, testServer } from '../../support/server.ts';
import { type BaseClient, baseClient } from './client.ts';
import { done, failed } from './given.ts';

describe('a device', () => {
  let fcm: FcmServer;
  let server: TestServer;
  let base: BaseClient;

  beforeAll(async () => {
    fcm = await fcmServer({ now: () => server?.clock.now() ?? stoppedClock().now() });
    server = await testServer({ contracts: 'all', environment: fcm.environment });
    base = baseClient(server);
    for (const person of ['alice', 'bob'] as const) await base.register(person);
  });

  beforeEach(async () => {
    await server.app.database.transaction((tx) => tx.deleteFrom('devices').execute());
    fcm.taken.length = 0;
  });

  afterAll(async () => {
    await server.close();
    await fcm.close();
  });

  const connect = (as: Person, device: string, more: object = {}) =>
    base.send('PUT', `/v1/devices/${device}`, { as, body: { device_type: 'android', ...more } });
  const note = (device: string, more: object = {}, as?: Person) => {
    const body = { device_id: device, device_type: 'android', ...more };
    return base.send('POST', '/v1/devices', { ...(as ? { as } : {}), body });
  };

  /** Tokens of the devices that a push of somebody’s to themselves arrives at. */
  async function reached(as: Person): Promise<string[]> {
    fcm.taken.length = 0;
    const { body } = await base.send('POST', '/v1/push_echo', { as });
    expect(body).toEqual(done('pong!'));
    await server.work();
    return fcm.taken.map(({ token }) => token).sort();
  }

  const logOut = (as: Person, device: string) =>
    base.send('GET', '/v1/auth/logout', { as, headers: { 'x-device-id': device } });

  const phone = { 'x-device-id': 'phone', 'x-device-type': 'apple' };

  it('of one’s own is reached by the echo, and nobody else’s', async () => {
    await connect('alice', 'phone', { pn_token: 'token-1' });
    await connect('alice', 'tablet', { pn_token: 'token-2' });
    await connect('alice', 'watch');
    await connect('bob', 'other', { pn_token: 'token-3' });

    expect(await reached('alice')).toEqual(['token-1', 'token-2']);
    expect(fcm.taken[0]?.notification).toEqual({
      title: 'Auto Message',
      body: '\u{1F604}\u{1F604}\u{1F604}\u{1F604}\u{1F604}',
    });
  });

  it('of any type is reached by the token of its app', async () => {
    await connect('alice', 'browser', { device_type: 'web', pn_token: 'token-1' });

    expect(await reached('alice')).toEqual(['token-1']);
  });

  it('keeps its token when it is registered without one, and moves with it', async () => {
    await note('phone', { pn_token: 'token-1' });
    await connect('alice', 'phone');
    const before = await reached('alice');

    await connect('bob', 'phone', { pn_token: '' });

    expect(before).toEqual(['token-1']);
    expect([await reached('alice'), await reached('bob')]).toEqual([[], ['token-1']]);
  });

  it('cannot be given another token by strangers', async () => {
    await connect('alice', 'phone', { pn_token: 'token-1' });

    const answers = [
      await note('phone', { pn_token: 'stolen' }),
      await note('phone', { pn_token: 'stolen' }, 'bob'),
      await note('another', { pn_token: 'token-1' }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await reached('alice')).toEqual(['token-1']);
  });

  it('is given another token by its owner', async () => {
    await connect('alice', 'phone', { pn_token: 'token-1' });

    await note('phone', { pn_token: 'token-2' }, 'alice');

    expect(await reached('alice')).toEqual(['token-2']);
  });

  it('gets a token that another device had', async () => {
    await note('old', { pn_token: 'token-1' });
    const noted = await note('new', { pn_token: 'token-1' });
    const connected = await connect('alice', 'newest', { pn_token: 'token-1' });

    const { items } = (await server.send('GET', '/v2/me/devices', { as: 'alice' })).body;

    expect([noted.status, connected.status]).toEqual([200, 200]);
    expect(items.map(({ deviceId }: { deviceId: string }) => deviceId)).toEqual(['newest']);
    expect(await reached('alice')).toEqual(['token-1']);
  });

  it('is whose who registers on it, and then whose who signs in', async () => {
    await connect('bob', 'phone', { pn_token: 'token-1' });
    await base.register('carla', phone);
    const first = [await reached('bob'), await reached('carla')];

    await base.logIn('alice', phone);

    expect(first).toEqual([[], ['token-1']]);
    expect([await reached('carla'), await reached('alice')]).toEqual([[], ['token-1']]);
  });

  it('stays as it is without its type', async () => {
    await connect('bob', 'phone', { pn_token: 'token-1' });

    await base.logIn('alice', { 'x-device-id': 'phone' });

    expect(await reached('bob')).toEqual(['token-1']);
  });

  it('is not switched off by those who fail to sign in or up on it, nor by others who sign out', async () => {
    await connect('alice', 'phone', { pn_token: 'token-1' });
    const login = { email: 'alice@example.com', password: 'wrong' };
    const signUp = { username: 'x', email: 'alice@example.com', password: passwords.alice };

    const answers = [
      await base.send('POST', '/v1/auth/login', { body: login, headers: phone }),
      await base.send('POST', '/v1/auth/register', { body: signUp, headers: phone }),
      await logOut('bob', 'phone'),
    ];

    expect(answers.map(({ status }) => status)).toEqual([404, 400, 200]);
    expect(await reached('alice')).toEqual(['token-1']);
    await base.logIn('bob');
  });

  it('is switched off by its owner who signs out, until they sign in on it', async () => {
    await connect('alice', 'phone', { pn_token: 'token-1' });
    await connect('alice', 'tablet', { pn_token: 'token-2' });
    await base.logIn('alice');
    const answer = await logOut('alice', 'phone');
    await base.logIn('alice');
    const without = await reached('alice');

    await base.logIn('alice', phone);

    expect(answer.body).toEqual(done('Successfully logged out.'));
    expect(without).toEqual(['token-2']);
    expect(await reached('alice')).toEqual(['token-1', 'token-2']);
  });

  it('with a name that is too long keeps nobody from anything but that request', async () => {
    const headers = { ...phone, 'x-device-id': 'd'.repeat(129) };

    const answer = await base.logIn('alice', headers);
    const shortened = await base.logIn('alice', phone);

    expect([answer.status, answer.body]).toEqual([400, failed('Invalid payload.')]);
    expect(shortened.status).toBe(200);
  });
});
