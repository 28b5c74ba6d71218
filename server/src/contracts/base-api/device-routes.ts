import type { NewDevice } from '../../domain/devices/device.ts';
import { appToken } from '../../domain/devices/device.ts';
import { DomainError } from '../../domain/errors.ts';
import type { ContractApp, RouteContext } from '../contract.ts';
import { fieldsOf } from '../older.ts';
import { tokenFirst } from '../token-first.ts';
import { done, isGiven, newDevice, payloadOf, prefix, textIn } from './wire.ts';

const registered = 'Device successfully registered.';

/** Where pushes go. */
export function deviceRoutes(
  app: ContractApp,
  { services, viewer, viewerIfAny }: RouteContext,
): void {
  const { devices } = services;

  app.post(
    `${prefix}/devices`,
    { schema: { operationId: 'registerDevice', summary: 'Register a device, signed in or not' } },
    async (request) => {
      const who = await viewerIfAny(request).catch(nobodyForBadToken);
      const fields = payloadOf(request.body);
      const device = newDevice(textIn(fields, 'device_id'), textIn(fields, 'device_type'));
      await devices.note(who, { ...device, token: tokenIn(fields) }, request.ip);
      return done(registered);
    },
  );

  app.put(
    `${prefix}/devices/:deviceId`,
    {
      schema: { operationId: 'connectDevice', summary: 'Register a device as your own' },
      ...tokenFirst(viewer),
    },
    async (request) => {
      const who = await viewer(request);
      const deviceId = textIn(fieldsOf(request.params), 'deviceId');
      const fields = payloadOf(request.body);
      const device = newDevice(deviceId, textIn(fields, 'device_type'));
      await devices.register(who, { ...device, token: tokenIn(fields) });
      return done(registered);
    },
  );
}

function tokenIn(fields: Readonly<Record<string, unknown>>): NewDevice['token'] {
  return isGiven(fields.pn_token) ? appToken(textIn(fields, 'pn_token')) : undefined;
}

const tokenRefusals = new Set(['bad_token', 'expired_token', 'revoked_token', 'unknown_account']);

/** A route that needs no token also accepts an old one. */
function nobodyForBadToken(error: unknown): null {
  if (error instanceof DomainError && tokenRefusals.has(error.code)) return null;
  throw error;
}
