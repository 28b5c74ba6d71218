import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appToken } from '../../src/domain/devices/device.ts';
import type { DeviceService } from '../../src/domain/devices/device-service.ts';
import { type TestServer, testServer } from '../support/server.ts';

describe('devices without an owner', () => {
  let server: TestServer;
  let devices: DeviceService;
  let alice: number;

  beforeEach(async () => {
    server = await testServer();
    devices = server.app.services.devices;
    await server.tokens('alice');
    alice = (await server.send('GET', '/v2/me', { as: 'alice' })).body.id;
  });

  afterEach(() => server.close());

  const phone = { deviceId: 'phone', type: 'apple', token: appToken('token-1') };

  function owned(device = phone) {
    return devices.register({ accountId: alice, sessionId: null }, device);
  }

  function rows() {
    return server.app.database
      .selectFrom('devices')
      .select(['device_id', 'account_id', 'type', 'token', 'is_active'])
      .orderBy('device_id')
      .execute();
  }

  it('are known by their names, with and without a token', async () => {
    await devices.registerOwnerless({ ...phone, token: null });
    await devices.registerOwnerless({ ...phone, token: undefined });
    await devices.registerOwnerless({ deviceId: 'tablet', type: 'x'.repeat(128), token: null });

    expect(await rows()).toMatchObject([
      { device_id: 'phone', account_id: null, token: null, is_active: 1 },
      { device_id: 'tablet', account_id: null },
    ]);
  });

  it('keep their token where none is named, and hand it to whoever signs in', async () => {
    await devices.registerOwnerless(phone);
    await devices.register({ accountId: alice, sessionId: null }, { ...phone, token: undefined });

    expect(await rows()).toMatchObject([{ account_id: alice, token: 'token-1' }]);
  });

  it('take a token from each other', async () => {
    await devices.registerOwnerless(phone);
    await devices.registerOwnerless({ ...phone, deviceId: 'tablet' });

    expect(await rows()).toMatchObject([{ device_id: 'tablet', token: 'token-1' }]);
  });

  it('take neither a name nor a token from a device that is somebody’s', async () => {
    await owned();
    await devices.registerOwnerless({ ...phone, token: appToken('token-2') });
    await devices.registerOwnerless({ ...phone, deviceId: 'tablet' });

    expect(await rows()).toMatchObject([
      { device_id: 'phone', account_id: alice, token: 'token-1' },
    ]);
  });

  it('do not come in between when somebody signs in at the same time', async () => {
    const others = Array.from({ length: 10 }, (_, i) =>
      devices.registerOwnerless({ ...phone, token: appToken(`token-${i}`) }),
    );
    await Promise.all([...others, owned()]);
    await devices.registerOwnerless({ ...phone, token: appToken('late') });

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
