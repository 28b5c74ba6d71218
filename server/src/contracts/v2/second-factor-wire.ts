import type { FastifyRequest } from 'fastify';
import { type Static, type TSchema, Type } from 'typebox';
import type { OwnerProof } from '../../domain/owner-proof.ts';
import { text } from './wire.ts';

const time = (description: string) => Type.String({ format: 'date-time', description });
const timeOrNull = (description: string) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time', description });
const id = (description: string) => Type.Integer({ minimum: 1, maximum: 2147483647, description });
const base64url = (maxLength: number) =>
  Type.String({ minLength: 1, maxLength, pattern: '^[A-Za-z0-9_-]+$' });

export const IdParams = Type.Object({ id: id('Number in the list.') });

export const codeField = Type.String({
  minLength: 6,
  maxLength: 40,
  'x-text': true,
  description: 'Six digits of the authenticator app, or a recovery code.',
});

export const nameField = text({
  minLength: 1,
  maxLength: 100,
  description: 'To tell it from the others.',
});

export const TotpKeySchema = Type.Object(
  {
    secret: Type.String({ description: 'For those who type it into their app: base32.' }),
    otpauthUri: Type.String({ description: 'To be shown as a QR code.' }),
  },
  {
    $id: 'TotpKey',
    description: 'What an authenticator app needs; shown this once.',
    examples: [
      {
        secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
        otpauthUri:
          'otpauth://totp/Rookery:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Rookery&algorithm=SHA1&digits=6&period=30',
      },
    ],
  },
);

export const RecoveryCodesSchema = Type.Object(
  {
    recoveryCodes: Type.Array(Type.String(), { description: 'Each works once; to be kept safe.' }),
  },
  {
    $id: 'RecoveryCodes',
    description: 'Ways in without the authenticator; shown this once.',
    examples: [{ recoveryCodes: ['mzxw-6ytb-oi5d-mnzv'] }],
  },
);

export const SecuritySchema = Type.Object(
  {
    hasPassword: Type.Boolean(),
    hasTotp: Type.Boolean({ description: 'Whether signing in needs a second factor.' }),
    recoveryCodesLeft: Type.Integer(),
    passkeys: Type.Integer({ description: 'How many there are.' }),
    appPasswords: Type.Integer({ description: 'How many there are.' }),
  },
  {
    $id: 'Security',
    description: 'What protects your account.',
    examples: [
      { hasPassword: true, hasTotp: true, recoveryCodesLeft: 10, passkeys: 1, appPasswords: 0 },
    ],
  },
);

const named = {
  id: id('Number in the list.'),
  name: Type.String(),
  createdAt: time('When it was made.'),
  lastUsedAt: timeOrNull('When it was used last; null: never.'),
};

const sample = {
  id: 1,
  name: 'My phone',
  createdAt: '2026-06-01T12:00:00.000Z',
  lastUsedAt: null,
};

export const PasskeySchema = Type.Object(named, {
  $id: 'Passkey',
  description: 'A passkey of yours.',
  examples: [sample],
});

export const AppPasswordSchema = Type.Object(named, {
  $id: 'AppPassword',
  description: 'A password for one program.',
  examples: [{ ...sample, name: 'Old client' }],
});

export const NewAppPasswordSchema = Type.Object(
  { ...named, password: Type.String({ description: 'Shown this once.' }) },
  {
    $id: 'NewAppPassword',
    description: 'A password for one program, just made.',
    examples: [{ ...sample, name: 'Old client', password: 'mzxw-6ytb-oi5d-mnzv-gezd-gnbv' }],
  },
);

const listOf = <T extends TSchema & { $id: string; examples: unknown[] }>(item: T) =>
  Type.Object(
    { items: Type.Array(Type.Unsafe<Static<T>>({ $ref: `${item.$id}#` })) },
    {
      $id: `${item.$id}List`,
      description: 'All of yours, the newest first.',
      examples: [{ items: item.examples }],
    },
  );

export const PasskeyListSchema = listOf(PasskeySchema as typeof PasskeySchema & Sampled);
export const AppPasswordListSchema = listOf(
  AppPasswordSchema as typeof AppPasswordSchema & Sampled,
);

type Sampled = { $id: string; examples: unknown[] };

const challenge = 'MS4wMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZg';

export const PasskeyCreationSchema = Type.Object(
  { challenge: Type.String(), rp: Type.Object({}, { additionalProperties: true }) },
  {
    $id: 'PasskeyCreation',
    additionalProperties: true,
    description:
      'For `PublicKeyCredential.parseCreationOptionsFromJSON()`, whose result goes into `navigator.credentials.create()`; good for five minutes.',
    examples: [{ challenge, rp: { id: 'example.com', name: 'Rookery' } }],
  },
);

export const PasskeyRequestSchema = Type.Object(
  { challenge: Type.String(), rpId: Type.String() },
  {
    $id: 'PasskeyRequest',
    additionalProperties: true,
    description:
      'For `PublicKeyCredential.parseRequestOptionsFromJSON()`, whose result goes into `navigator.credentials.get()`; good for five minutes.',
    examples: [{ challenge, rpId: 'example.com', userVerification: 'required' }],
  },
);

/** What `navigator.credentials` gave, by its `toJSON()`. Browsers add to it as the standard grows. */
const answerOf = (fields: Record<string, TSchema>) =>
  Type.Object(
    {
      id: base64url(512),
      rawId: base64url(512),
      type: Type.Literal('public-key'),
      response: Type.Object(
        { clientDataJSON: base64url(10_000), ...fields },
        { additionalProperties: true },
      ),
    },
    { additionalProperties: true, description: '`toJSON()` of the credential.' },
  );

export const PasskeyCreated = answerOf({ attestationObject: base64url(50_000) });

export const PasskeyAnswered = answerOf({
  authenticatorData: base64url(10_000),
  signature: base64url(2000),
});

const sampleId = 'bm90LWEtcmVhbC1wYXNza2V5';
const clientDataJSON = 'eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0';

export const sampleCreated = {
  id: sampleId,
  rawId: sampleId,
  type: 'public-key',
  response: { clientDataJSON, attestationObject: 'o2NmbXRkbm9uZQ' },
};

export const sampleAnswered = {
  id: sampleId,
  rawId: sampleId,
  type: 'public-key',
  response: { clientDataJSON, authenticatorData: 'SZYN5YgO', signature: 'MEUCIQ' },
};

/** What shows that the account is yours, beside a second factor that is asked for anyway. */
export const firstProof = {
  password: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 1000,
      description:
        'Your password. An account that has none needs no proof within ten minutes after signing in.',
    }),
  ),
  passkey: Type.Optional(PasskeyAnswered),
};

/** What shows that the account is yours: one of these. */
export const ownerProof = {
  ...firstProof,
  secondFactorCode: Type.Optional(codeField),
};

export const OwnerBody = Type.Object(ownerProof, {
  additionalProperties: false,
  examples: [{ password: 'a long walk at dusk' }],
});

type ProofFields = {
  password?: string;
  secondFactorCode?: string;
  passkey?: { id: string; [field: string]: unknown };
};

/** The proof in a body, which is none where there is no body. */
export function ownerProofIn(
  request: Pick<FastifyRequest, 'ip'> & { body?: ProofFields | undefined | null },
): OwnerProof {
  const { password = null, secondFactorCode = null, passkey = null } = request.body ?? {};
  return { password, secondFactorCode, passkey, address: request.ip };
}

/** All of these that the OpenAPI document names. */
export const secondFactorSchemas = [
  TotpKeySchema,
  RecoveryCodesSchema,
  SecuritySchema,
  PasskeySchema,
  PasskeyListSchema,
  PasskeyCreationSchema,
  PasskeyRequestSchema,
  AppPasswordSchema,
  AppPasswordListSchema,
  NewAppPasswordSchema,
];
