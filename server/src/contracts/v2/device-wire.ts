import { type Static, Type } from 'typebox';
import type { DeviceView } from '../../domain/devices/device.ts';
import { ref, text } from './fields.ts';

const deviceId = text({
  minLength: 1,
  maxLength: 128,
  description: 'As the app names the device: random, made once per installation.',
});

export const DeviceParams = Type.Object({ deviceId });

type Token = string | { endpoint: string; keys: { p256dh: string; auth: string } };

/** One schema for both forms, so that a problem names the field that is wrong. */
const TokenSchema = Type.Unsafe<Token>({
  type: ['string', 'object'],
  description:
    'Where pushes go. `ios`, `android`: the token of Firebase Cloud Messaging. `web`: the `PushSubscription`, as JSON.',
  minLength: 1,
  maxLength: 4096,
  properties: {
    endpoint: { type: 'string', maxLength: 2048, description: 'An https address.' },
    expirationTime: { type: ['number', 'null'] },
    keys: {
      type: 'object',
      properties: {
        p256dh: { type: 'string', maxLength: 100 },
        auth: { type: 'string', maxLength: 100 },
      },
      required: ['p256dh', 'auth'],
      additionalProperties: false,
    },
  },
  required: ['endpoint', 'keys'],
  additionalProperties: false,
});

export const DeviceBody = Type.Object(
  { type: Type.Enum(['ios', 'android', 'web']), token: TokenSchema },
  {
    additionalProperties: false,
    examples: [{ type: 'android', token: 'bk3RNwTe3H0:CI2k_HHwgIpoDKCIZvvDMExUdFQ3P1' }],
  },
);

const sampleDevice = {
  deviceId: '5f0c6d1b-e2a9-4738-9c0b-6d47a92e38c1',
  type: 'android',
  isActive: true,
  createdAt: '2026-06-01T12:00:00.000Z',
  updatedAt: '2026-06-01T12:00:00.000Z',
} as const;

export const DeviceSchema = Type.Object(
  {
    deviceId,
    type: Type.String({ description: '`ios`, `android`, `web`, or what an older app called it.' }),
    isActive: Type.Boolean({
      description: 'Whether it is sent pushes: until the session ends that it was registered from.',
    }),
    createdAt: Type.String({ format: 'date-time', description: 'When it came to the account.' }),
    updatedAt: Type.String({ format: 'date-time', description: 'When it was registered last.' }),
  },
  { $id: 'Device', description: 'A device that pushes reach.', examples: [sampleDevice] },
);

export const DeviceListSchema = Type.Object(
  { items: Type.Array(ref(DeviceSchema)) },
  {
    $id: 'DeviceList',
    description: 'Devices of an account, the one heard of last first.',
    examples: [{ items: [sampleDevice] }],
  },
);

export const PushKeySchema = Type.Object(
  { publicKey: Type.String({ description: 'For `applicationServerKey`; base64url.' }) },
  {
    $id: 'PushKey',
    description: 'What browsers subscribe with.',
    examples: [
      {
        publicKey:
          'BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8',
      },
    ],
  },
);

export const deviceSchemas = [DeviceSchema, DeviceListSchema, PushKeySchema];

export function presentDevice({
  deviceId,
  type,
  isActive,
  createdAt,
  updatedAt,
}: DeviceView): Static<typeof DeviceSchema> {
  return { deviceId, type, isActive, createdAt, updatedAt };
}
