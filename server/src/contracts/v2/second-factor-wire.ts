import { Type } from 'typebox';

export const codeField = Type.String({
  minLength: 6,
  maxLength: 40,
  'x-text': true,
  description: 'Six digits of the authenticator app, or a recovery code.',
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

/** What the OpenAPI document names of second factors. */
export const secondFactorSchemas = [TotpKeySchema, RecoveryCodesSchema, SecuritySchema];
