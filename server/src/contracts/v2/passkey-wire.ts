import { type TSchema, Type } from 'typebox';
import { credentialFields, credentialList, sampleCredential } from './credential-wire.ts';

const base64url = (maxLength: number) =>
  Type.String({ minLength: 1, maxLength, pattern: '^[A-Za-z0-9_-]+$' });

export const PasskeySchema = Type.Object(credentialFields, {
  $id: 'Passkey',
  description: 'A passkey of yours.',
  examples: [sampleCredential],
});

export const PasskeyListSchema = credentialList(PasskeySchema);

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

/** What the OpenAPI document names of passkeys. */
export const passkeySchemas = [
  PasskeySchema,
  PasskeyListSchema,
  PasskeyCreationSchema,
  PasskeyRequestSchema,
];
