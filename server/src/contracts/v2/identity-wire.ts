import { type Static, Type } from 'typebox';
import type { IdentityView, ProviderView } from '../../domain/identities/identity.ts';
import { longId, nullable, ref } from './fields.ts';
import { sampleTokens, TokensSchema } from './session-wire.ts';

const provider = {
  name: 'google',
  credential: 'id-token',
  canAuthorize: true,
} as const;

const identity = {
  id: 1,
  provider: 'google',
  email: 'alice@example.com',
  createdAt: '2026-06-01T12:00:00.000Z',
  lastUsedAt: '2026-06-01T12:00:00.000Z',
};

const authorization = {
  authorizationUrl: 'https://accounts.google.com/o/oauth2/v2/auth?response_type=code&state=1.5e88',
  state: '1.5e884898da28047151d0e56f8dc62927',
  expiresAt: '2026-06-01T12:10:00.000Z',
};

const IdentityProviderSchema = Type.Object(
  {
    name: Type.String({ description: 'For the addresses: `google`.' }),
    credential: Type.Enum(['id-token', 'access-token'], {
      description: 'What an app that signed somebody in at the provider sends.',
    }),
    canAuthorize: Type.Boolean({ description: 'Whether browsers can be sent there from here.' }),
  },
  { $id: 'IdentityProvider', description: 'Who may vouch for people.', examples: [provider] },
);

export const IdentityProviderListSchema = Type.Object(
  { items: Type.Array(ref(IdentityProviderSchema)) },
  {
    $id: 'IdentityProviderList',
    description: 'Every provider that this server offers.',
    examples: [{ items: [provider] }],
  },
);

export const IdentitySchema = Type.Object(
  {
    id: longId('Number of the identity.'),
    provider: nullable(
      Type.String({ description: 'Null when the provider is not offered any more.' }),
    ),
    email: nullable(Type.String({ description: 'What the provider named when it was linked.' })),
    createdAt: Type.String({ format: 'date-time', description: 'When it was linked.' }),
    lastUsedAt: Type.String({ format: 'date-time', description: 'When it was used last.' }),
  },
  {
    $id: 'Identity',
    description: 'A way into the account through a provider.',
    examples: [identity],
  },
);

export const IdentityListSchema = Type.Object(
  { items: Type.Array(ref(IdentitySchema)) },
  {
    $id: 'IdentityList',
    description: 'Every provider that leads into the account.',
    examples: [{ items: [identity] }],
  },
);

export const SignedInSchema = Type.Object(
  {
    ...TokensSchema.properties,
    created: Type.Boolean({ description: 'Whether the account was made just now.' }),
  },
  {
    $id: 'SignedIn',
    description: 'What signing in through a provider hands out.',
    examples: [{ ...sampleTokens, created: false }],
  },
);

export const AuthorizationSchema = Type.Object(
  {
    authorizationUrl: Type.String({ description: 'Where the browser is to be sent.' }),
    state: Type.String({
      description: 'Keep it, and take no answer from the browser that carries another.',
    }),
    expiresAt: Type.String({ format: 'date-time', description: 'When it is too late.' }),
  },
  {
    $id: 'Authorization',
    description: 'A sign-in at a provider that has begun.',
    examples: [authorization],
  },
);

/** What the OpenAPI document names of identities. */
export const identitySchemas = [
  IdentityProviderSchema,
  IdentityProviderListSchema,
  IdentitySchema,
  IdentityListSchema,
  SignedInSchema,
  AuthorizationSchema,
];

export function presentProvider({
  name,
  credential,
  hasCodeFlow,
}: ProviderView): Static<typeof IdentityProviderSchema> {
  return { name, credential, canAuthorize: hasCodeFlow };
}

export function presentIdentity(of: IdentityView): Static<typeof IdentitySchema> {
  return of;
}
