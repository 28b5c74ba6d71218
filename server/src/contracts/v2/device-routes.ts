import { appToken, type DeviceToken, webToken } from '../../domain/devices/device.ts';
import { invalid } from '../../domain/errors.ts';
import type { ContractApp, RouteContext } from '../contract.ts';
import {
  DeviceBody,
  DeviceListSchema,
  DeviceParams,
  DeviceSchema,
  PushKeySchema,
  presentDevice,
} from './device-wire.ts';
import { NoContent, ref } from './fields.ts';
import { operation } from './operation.ts';

export function deviceRoutes(app: ContractApp, { services, viewer }: RouteContext): void {
  const { devices } = services;

  app.put(
    '/me/devices/:deviceId',
    {
      schema: operation({
        id: 'registerDevice',
        summary: 'Let pushes reach a device',
        description:
          'To be repeated at each start of the app. A device, or a token, that was another account’s moves to yours. An account keeps its latest 50.',
        tag: 'devices',
        errors: ['invalid', 'unsupported', 'too_large'],
        signedIn: 'required',
        params: DeviceParams,
        body: DeviceBody,
        response: { 200: ref(DeviceSchema) },
      }),
    },
    async (request) => {
      const { accountId, sessionId } = await viewer(request);
      const { deviceId } = request.params;
      const { type, token } = request.body;
      const device = { deviceId, type, token: tokenOf(type, token) };
      return presentDevice(await devices.register({ accountId, sessionId }, device));
    },
  );

  app.get(
    '/me/devices',
    {
      schema: operation({
        id: 'listDevices',
        summary: 'Devices that pushes reach',
        tag: 'devices',
        errors: [],
        signedIn: 'required',
        response: { 200: ref(DeviceListSchema) },
      }),
    },
    async (request) => ({
      items: (await devices.list(await viewer(request))).map(presentDevice),
    }),
  );

  app.delete(
    '/me/devices/:deviceId',
    {
      schema: operation({
        id: 'removeDevice',
        summary: 'Let no more pushes reach a device',
        tag: 'devices',
        errors: ['not_found'],
        signedIn: 'required',
        params: DeviceParams,
        response: { 204: NoContent },
      }),
    },
    async (request, reply) => {
      await devices.remove(await viewer(request), request.params.deviceId);
      return reply.code(204).send();
    },
  );

  app.post(
    '/me/devices/:deviceId/test-push',
    {
      schema: operation({
        id: 'testPush',
        summary: 'Send a push to a device, to see that it arrives',
        description: 'It is sent in the background. 20 an hour.',
        tag: 'devices',
        errors: ['not_found', 'conflict'],
        signedIn: 'required',
        params: DeviceParams,
        response: { 202: NoContent },
      }),
    },
    async (request, reply) => {
      await devices.testPush(await viewer(request), request.params.deviceId);
      return reply.code(202).send();
    },
  );

  app.get(
    '/push-key',
    {
      schema: operation({
        id: 'readPushKey',
        summary: 'Read the key that browsers subscribe with',
        tag: 'devices',
        errors: ['not_found'],
        response: { 200: ref(PushKeySchema) },
      }),
    },
    async () => ({ publicKey: devices.readPushKey() }),
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
