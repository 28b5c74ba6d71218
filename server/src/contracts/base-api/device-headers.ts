import type { FastifyRequest } from 'fastify';
import type { NewDevice } from '../../domain/devices/device.ts';
import type { OpenSession } from '../../domain/sessions/session.ts';
import type { Viewer } from '../../domain/viewer.ts';
import type { Services } from '../services.ts';
import { newDevice } from './wire.ts';

type Devices = Pick<Services, 'devices'>;

/** The device that a client says it runs on; null unless it gives both headers. @throws WireFault when one is too long */
export function deviceIn({ headers }: FastifyRequest): NewDevice | null {
  const id = textOf(headers['x-device-id']);
  const type = textOf(headers['x-device-type']);
  return id === '' || type === '' ? null : newDevice(id, type);
}

/** The account that signs in on a device gets its pushes. */
export async function connectDevice(
  { devices }: Devices,
  { accountId, id: sessionId }: OpenSession,
  device: NewDevice | null,
): Promise<void> {
  if (device) await devices.register({ accountId, sessionId }, device);
}

/** Signing out on a device ends its pushes, if it belongs to the account. */
export async function disconnectDevice(
  { devices }: Devices,
  { accountId }: Viewer,
  { headers }: FastifyRequest,
): Promise<void> {
  const deviceId = textOf(headers['x-device-id']);
  if (deviceId !== '') await devices.deactivate(accountId, deviceId);
}

function textOf(header: string | string[] | undefined): string {
  return typeof header === 'string' ? header : '';
}
