import { Type } from 'typebox';
import { credentialFields, credentialList, sampleCredential } from './credential-wire.ts';

const AppPasswordSchema = Type.Object(credentialFields, {
  $id: 'AppPassword',
  description: 'A password for one program.',
  examples: [{ ...sampleCredential, name: 'Old client' }],
});

export const NewAppPasswordSchema = Type.Object(
  { ...credentialFields, password: Type.String({ description: 'Shown this once.' }) },
  {
    $id: 'NewAppPassword',
    description: 'A password for one program, just made.',
    examples: [
      { ...sampleCredential, name: 'Old client', password: 'mzxw-6ytb-oi5d-mnzv-gezd-gnbv' },
    ],
  },
);

export const AppPasswordListSchema = credentialList(AppPasswordSchema);

/** What the OpenAPI document names of app passwords. */
export const appPasswordSchemas = [AppPasswordSchema, AppPasswordListSchema, NewAppPasswordSchema];
