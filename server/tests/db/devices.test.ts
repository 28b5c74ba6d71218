import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownCredential } from '../../src/domain/credential.ts';
import type { NewDevice } from '../../src/domain/devices/device.ts';
import { appToken } from '../../src/domain/devices/device.ts';
import type { DeviceService } from '../../src/domain/devices/device-service.ts';
import { type TestApp, testApp } from '../support/test-app.ts';

describe('devices without an owner', () => {
  let program: TestApp;
  let devices: DeviceService;
  let alice: number;

  beforeEach(async () => {
    program = await testApp();
    devices = program.app.services.devices;
    alice = await program.account('alice');
  });

  afterEach(() => program.close());

  const phone = { deviceId: 'phone', type: 'apple', token: appToken('token-1') };

  function owned(device = phone) {
    return devices.register({ accountId: alice, sessionId: null }, device);
  }

  /** As anybody may who is not signed in. */
  function note(device: NewDevice) {
    return devices.note(null, device, '203.0.113.7');
  }

  function rows() {
    return program.app.database
      .selectFrom('devices')
      .select(['device_id', 'account_id', 'type', 'token', 'is_active'])
      .orderBy('device_id')
      .execute();
  }

  it('are known by their names, with and without a token', async () => {
    await note({ ...phone, token: null });
    await note({ ...phone, token: undefined });
    await note({ deviceId: 'tablet', type: 'x'.repeat(128), token: null });

    expect(await rows()).toMatchObject([
      { device_id: 'phone', account_id: null, token: null, is_active: 1 },
      { device_id: 'tablet', account_id: null },
    ]);
  });

  it('keep their token where none is named, and hand it to whoever signs in', async () => {
    await note(phone);
    await devices.register({ accountId: alice, sessionId: null }, { ...phone, token: undefined });

    expect(await rows()).toMatchObject([{ account_id: alice, token: 'token-1' }]);
  });

  it.each([
    ['by their name', 'phone'],
    ['by their token', 'tablet'],
  ])('from before, with a plain digest of the token, are found %s', async (_how, deviceId) => {
    await owned();
    const digest = createHash('sha256').update('token-1').digest('hex');
    await program.app.database.transaction((tx) =>
      tx.updateTable('devices').set({ token_hash: digest }).execute(),
    );
    await note({ ...phone, deviceId });
    const noted = await rows();
    await owned({ ...phone, deviceId });
    const hashes = await program.app.database.selectFrom('devices').select('token_hash').execute();

    expect(noted).toMatchObject([{ device_id: 'phone', account_id: alice }]);
    expect(await rows()).toMatchObject([{ device_id: deviceId, account_id: alice }]);
    expect(hashes).toEqual([{ token_hash: expect.not.stringMatching(digest) }]);
  });

  it('take a token from each other', async () => {
    await note(phone);
    await note({ ...phone, deviceId: 'tablet' });

    expect(await rows()).toMatchObject([{ device_id: 'tablet', token: 'token-1' }]);
  });

  it('take neither a name nor a token from a device that is somebody’s', async () => {
    await owned();
    await note({ ...phone, token: appToken('token-2') });
    await note({ ...phone, deviceId: 'tablet' });

    expect(await rows()).toMatchObject([
      { device_id: 'phone', account_id: alice, token: 'token-1' },
    ]);
  });

  it('are brought up to date by their owner alone', async () => {
    await owned();
    const viewer = {
      accountId: alice,
      sessionId: 1,
      role: 'user',
      credential: ownCredential('session'),
    } as const;
    const newer = { ...phone, type: 'android', token: appToken('token-2') };
    await devices.note({ ...viewer, accountId: alice + 1 }, newer, '203.0.113.7');
    expect(await rows()).toMatchObject([{ type: 'apple', token: 'token-1' }]);

    await devices.note(viewer, newer, '203.0.113.7');

    expect(await rows()).toMatchObject([{ account_id: alice, type: 'android', token: 'token-2' }]);
  });

  it('are forgotten a month after they were heard of, unless they are somebody’s', async () => {
    await owned();
    await note({ deviceId: 'old', type: 'apple', token: null });
    program.clock.advance(30 * 24 * 3_600_000);
    await note({ deviceId: 'new', type: 'apple', token: null });
    await program.app.sweep();
    expect((await rows()).map((row) => row.device_id)).toEqual(['new', 'old', 'phone']);

    program.clock.advance(1);
    await program.app.sweep();

    expect((await rows()).map((row) => row.device_id)).toEqual(['new', 'phone']);
  });

  it('do not come in between when somebody signs in at the same time', async () => {
    const others = Array.from({ length: 10 }, (_, i) =>
      note({ ...phone, token: appToken(`token-${i}`) }),
    );
    await Promise.all([...others, owned()]);
    await note({ ...phone, token: appToken('late') });

    expect(await rows()).toMatchObject([{ account_id: alice, token: 'token-1' }]);
  });

  it('are sent nothing once they were switched off by their owner, and by nobody else', async () => {
    await owned();
    await devices.deactivate(alice + 1, 'phone');
    expect(await rows()).toMatchObject([{ is_active: 1 }]);
    await devices.deactivate(alice, 'phone');
    expect(await rows()).toMatchObject([{ is_active: 0 }]);

    const again = await owned();

    expect(again.isActive).toBe(true);
  });
});

describe('devices without an owner, from one network address,', () => {
  it('are 300 in an hour', async () => {
    const program = await testApp({ environment: { RATE_LIMITS: 'on' } });
    const { devices } = program.app.services;
    const note = (address: string) =>
      devices.note(null, { deviceId: 'phone', type: 'apple', token: null }, address);
    for (let i = 0; i < 300; i += 1) await note('203.0.113.7');

    const refused = note('203.0.113.7');

    await expect(refused).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterSeconds: 3600,
    });
    await note('203.0.113.8');
    await program.close();
  });
});
