import { appToken, type DeviceToken, webToken } from '../../domain/devices/device.ts';
import { invalid } from '../../domain/errors.ts';
import {
  DeviceBody,
  DeviceListSchema,
  DeviceParams,
  DeviceSchema,
  PushKeySchema,
  presentDevice,
} from './device-wire.ts';
import { NoContent } from './fields.ts';
import { route, type V2App } from './route.ts';

export function deviceRoutes(app: V2App): void {
  const { devices } = app.services;

  route(
    app,
    {
      at: 'PUT /me/devices/:deviceId',
      id: 'registerDevice',
      summary: 'Let pushes reach a device',
      description:
        'To be repeated at each start of the app. A device, or a token, that was another account’s moves to yours. An account keeps its latest 50.',
      tag: 'devices',
      signedIn: 'required',
      params: DeviceParams,
      body: DeviceBody,
      response: { 200: DeviceSchema },
    },
    async ({ viewer: { accountId, sessionId }, params: { deviceId }, body: { type, token } }) => {
      const device = { deviceId, type, token: tokenOf(type, token) };
      return presentDevice(await devices.register({ accountId, sessionId }, device));
    },
  );

  route(
    app,
    {
      at: 'GET /me/devices',
      id: 'listDevices',
      summary: 'Devices that pushes reach',
      tag: 'devices',
      signedIn: 'required',
      response: { 200: DeviceListSchema },
    },
    async ({ viewer }) => ({ items: (await devices.list(viewer)).map(presentDevice) }),
  );

  route(
    app,
    {
      at: 'DELETE /me/devices/:deviceId',
      id: 'removeDevice',
      summary: 'Let no more pushes reach a device',
      tag: 'devices',
      signedIn: 'required',
      params: DeviceParams,
      response: { 204: NoContent },
      errors: ['not_found'],
    },
    ({ viewer, params }) => devices.remove(viewer, params.deviceId),
  );

  route(
    app,
    {
      at: 'POST /me/devices/:deviceId/test-push',
      id: 'testPush',
      summary: 'Send a push to a device, to see that it arrives',
      description: 'It is sent in the background. 20 an hour.',
      tag: 'devices',
      signedIn: 'required',
      params: DeviceParams,
      response: { 202: NoContent },
      errors: ['not_found', 'conflict'],
    },
    ({ viewer, params }) => devices.testPush(viewer, params.deviceId),
  );

  route(
    app,
    {
      at: 'GET /push-key',
      id: 'readPushKey',
      summary: 'Read the key that browsers subscribe with',
      tag: 'devices',
      signedIn: 'none',
      response: { 200: PushKeySchema },
      errors: ['not_found'],
    },
    () => ({ publicKey: devices.readPushKey() }),
  );
}

function tokenOf(type: string, token: string | Parameters<typeof webToken>[0]): DeviceToken {
  if (type === 'web') {
    if (typeof token === 'string') throw invalid('token', 'must be a subscription for web');
    return webToken(token);
  }
  if (typeof token !== 'string') throw invalid('token', `must be text for ${type}`);
  return appToken(token);
}
