import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import type { SignedIn } from '../../domain/identities/signing-in.ts';
import type { WireCode } from '../contract.ts';
import { spokenIn } from '../spoken-language.ts';
import { longRowId, NoContent } from './fields.ts';
import {
  AuthorizationSchema,
  IdentityListSchema,
  IdentityProviderListSchema,
  IdentitySchema,
  presentIdentity,
  presentProvider,
  SignedInSchema,
} from './identity-wire.ts';
import { ownerErrors, ownerProof, ownerProofIn } from './owner-proof-wire.ts';
import { route, type V2App } from './route.ts';
import { presentTokens } from './session-wire.ts';
import { signInContextOf } from './sign-in-context.ts';

const credential = {
  idToken: Type.Optional(
    Type.String({ minLength: 1, maxLength: 8192, description: 'Of an OpenID Connect provider.' }),
  ),
  accessToken: Type.Optional(
    Type.String({ minLength: 1, maxLength: 4096, description: 'Of Facebook.' }),
  ),
  nonce: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      description: 'What the app had put into the ID token; it must be there.',
    }),
  ),
};

const flow = {
  state: Type.String({ minLength: 1, maxLength: 64, description: 'As it was given out.' }),
  code: Type.String({ minLength: 1, maxLength: 4096, description: 'From the provider.' }),
  iss: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 1000,
      description: 'From the provider, if it sent it.',
    }),
  ),
};

const flowExample = { state: '1.5e884898da28047151d0e56f8dc62927', code: '4/0AQlEd8x' };

const SignInBody = Type.Object(credential, {
  additionalProperties: false,
  examples: [{ idToken: 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln' }],
});

const AuthorizeBody = Type.Object(
  {
    redirectUri: Type.String({
      minLength: 1,
      maxLength: 1000,
      description: 'Where the browser comes back to: one that the operator has allowed.',
    }),
    link: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'True: for `POST /v2/me/identities`; this needs an access token.',
      }),
    ),
  },
  { additionalProperties: false, examples: [{ redirectUri: 'https://app.example.com/signed-in' }] },
);

const ConfirmBody = Type.Object(flow, { additionalProperties: false, examples: [flowExample] });

const LinkBody = Type.Object(
  {
    provider: Type.String({ minLength: 1, maxLength: 32 }),
    ...credential,
    state: Type.Optional(flow.state),
    code: Type.Optional(flow.code),
    iss: flow.iss,
    ...ownerProof,
  },
  {
    additionalProperties: false,
    examples: [{ provider: 'google', ...flowExample, password: 'a long walk at dusk' }],
  },
);

const NameParams = Type.Object({ name: Type.String({ maxLength: 100 }) });
const IdParams = Type.Object({ id: longRowId });

const signInErrors: WireCode[] = [
  'not_found',
  'conflict',
  'forbidden',
  'wrong_password',
  'second_factor_required',
];
const confirmErrors: WireCode[] = [...signInErrors, 'gone', 'expired'];
const limits = { max: 100, timeWindow: '15 minutes' };

export function identityRoutes(app: V2App): void {
  signInRoutes(app);
  ownIdentityRoutes(app);
}

function signInRoutes(app: V2App): void {
  const { identities } = app.services;

  route(
    app,
    {
      at: 'GET /identity-providers',
      id: 'listIdentityProviders',
      summary: 'Whom this server lets vouch for people',
      tag: 'identities',
      signedIn: 'none',
      response: { 200: IdentityProviderListSchema },
    },
    () => ({ items: identities.listProviders().map(presentProvider) }),
  );

  route(
    app,
    {
      at: 'POST /identity-providers/:name/sign-in',
      id: 'signInWithProvider',
      summary: 'Sign in, or up, with what an app got from the provider',
      description:
        'An account is joined by its e-mail only when the provider and this server both know it to be verified; otherwise sign in and link the provider.',
      tag: 'identities',
      signedIn: 'none',
      params: NameParams,
      body: SignInBody,
      response: { 201: SignedInSchema },
      errors: signInErrors,
      rateLimit: limits,
    },
    async ({ params, body, request }) =>
      presentSignedIn(await identities.signIn(params.name, body, originOf(request))),
  );

  route(
    app,
    {
      at: 'POST /identity-providers/:name/authorizations',
      id: 'authorizeWithProvider',
      summary: 'Begin a sign-in at the provider, in a browser',
      description:
        'The browser comes back with `state` and `code`. Compare `state` with the one you kept, then confirm.',
      tag: 'identities',
      signedIn: 'if-needed',
      params: NameParams,
      body: AuthorizeBody,
      response: { 201: AuthorizationSchema },
      errors: ['forbidden', 'not_found'],
      rateLimit: limits,
    },
    async ({ readViewer, params, body: { redirectUri, link } }) => {
      const viewer = link ? await readViewer() : null;
      return identities.begin(params.name, { redirectUri, viewer });
    },
  );

  route(
    app,
    {
      at: 'POST /identity-providers/:name/authorizations/confirm',
      id: 'confirmAuthorization',
      summary: 'Sign in, or up, with what the browser brought back',
      description: 'Works once. If it fails, start the sign-in again.',
      tag: 'identities',
      signedIn: 'none',
      params: NameParams,
      body: ConfirmBody,
      response: { 201: SignedInSchema },
      errors: confirmErrors,
      rateLimit: limits,
    },
    async ({ params, body, request }) =>
      presentSignedIn(await identities.confirm(params.name, body, originOf(request))),
  );
}

function ownIdentityRoutes(app: V2App): void {
  const { identities } = app.services;

  route(
    app,
    {
      at: 'GET /me/identities',
      id: 'listIdentities',
      summary: 'Which providers lead into your account',
      tag: 'identities',
      signedIn: 'required',
      response: { 200: IdentityListSchema },
    },
    async ({ viewer }) => ({ items: (await identities.list(viewer)).map(presentIdentity) }),
  );

  route(
    app,
    {
      at: 'POST /me/identities',
      id: 'linkIdentity',
      summary: 'Link a provider to your account',
      description:
        'By `idToken` or `accessToken`, or by `state` and `code` of an authorization that began with `link`. Asks for a proof that the account is yours as well. Doing it twice changes nothing.',
      tag: 'identities',
      signedIn: 'required',
      body: LinkBody,
      response: { 201: IdentitySchema },
      errors: [...ownerErrors, 'not_found', 'conflict'],
      rateLimit: limits,
    },
    async ({ viewer, body, request }) => {
      const { provider, password: _p, secondFactorCode: _s, passkey: _k, ...proof } = body;
      const owner = ownerProofIn(body, request.ip);
      return presentIdentity(await identities.link(viewer, provider, proof, owner));
    },
  );

  route(
    app,
    {
      at: 'DELETE /me/identities/:id',
      id: 'unlinkIdentity',
      summary: 'Close a way into your account',
      description: 'Refused with `conflict` for the last one.',
      tag: 'identities',
      signedIn: 'required',
      params: IdParams,
      response: { 204: NoContent },
      errors: ['forbidden', 'not_found', 'conflict'],
    },
    ({ viewer, params, request }) => identities.unlink(viewer, params.id, request.ip),
  );
}

/** Where somebody signs in, and in which language mails to a new account are written. */
function originOf(request: FastifyRequest) {
  return { ...signInContextOf(request), ...spokenIn(request) };
}

function presentSignedIn({ session, isNew }: SignedIn): Static<typeof SignedInSchema> {
  return { ...presentTokens(session), created: isNew };
}
