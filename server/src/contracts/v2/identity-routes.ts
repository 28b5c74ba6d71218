import { Type } from 'typebox';
import type { SignedIn } from '../../domain/identities/identity-service.ts';
import type { ContractApp, RouteContext, WireCode } from '../contract.ts';
import { spokenIn } from '../spoken-language.ts';
import { NoContent, ref } from './fields.ts';
import {
  AuthorizationSchema,
  IdentityListSchema,
  IdentityProviderListSchema,
  IdentitySchema,
  presentIdentity,
  presentProvider,
  SignedInSchema,
} from './identity-wire.ts';
import { operation } from './operation.ts';
import { ownerErrors, ownerProof, ownerProofIn } from './owner-proof-wire.ts';
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
const IdParams = Type.Object({ id: Type.Integer({ minimum: 1, maximum: 2147483647 }) });

const signInErrors: WireCode[] = [
  'not_found',
  'invalid',
  'conflict',
  'forbidden',
  'wrong_password',
  'second_factor_required',
  'unsupported',
  'too_large',
];
const confirmErrors: WireCode[] = [...signInErrors, 'gone', 'expired'];
const limits = { rateLimit: { max: 100, timeWindow: '15 minutes' } };

export function identityRoutes(app: ContractApp, context: RouteContext): void {
  signInRoutes(app, context);
  ownIdentityRoutes(app, context);
}

function signInRoutes(app: ContractApp, { services, publicUrl, viewer }: RouteContext): void {
  const { identities } = services;
  const presentSignedIn = ({ session, isNew }: SignedIn) => ({
    ...presentTokens(session),
    created: isNew,
  });

  app.get(
    '/identity-providers',
    {
      schema: operation({
        id: 'listIdentityProviders',
        summary: 'Whom this server lets vouch for people',
        tag: 'identities',
        errors: [],
        response: { 200: ref(IdentityProviderListSchema) },
      }),
    },
    async () => ({ items: identities.listProviders().map(presentProvider) }),
  );

  app.post(
    '/identity-providers/:name/sign-in',
    {
      schema: operation({
        id: 'signInWithProvider',
        summary: 'Sign in, or up, with what an app got from the provider',
        description:
          'An account is joined by its e-mail only when the provider and this server both know it to be verified; otherwise sign in and link the provider.',
        tag: 'identities',
        errors: signInErrors,
        params: NameParams,
        body: SignInBody,
        response: { 201: ref(SignedInSchema) },
      }),
      config: limits,
    },
    async (request, reply) => {
      const { name } = request.params;
      const signedIn = await identities.signIn(name, request.body, {
        ...signInContextOf(request),
        ...spokenIn(request),
      });
      reply.code(201);
      return presentSignedIn(signedIn);
    },
  );

  app.post(
    '/identity-providers/:name/authorizations',
    {
      schema: operation({
        id: 'authorizeWithProvider',
        summary: 'Begin a sign-in at the provider, in a browser',
        description:
          'The browser comes back with `state` and `code`. Compare `state` with the one you kept, then confirm.',
        tag: 'identities',
        errors: ['forbidden', 'not_found', 'invalid', 'unsupported', 'too_large'],
        signedIn: 'optional',
        params: NameParams,
        body: AuthorizeBody,
        response: { 201: ref(AuthorizationSchema) },
      }),
      config: limits,
    },
    async (request, reply) => {
      const { redirectUri, link } = request.body;
      const who = link ? await viewer(request) : null;
      const begun = await identities.begin(request.params.name, { redirectUri, viewer: who });
      reply.code(201);
      return begun;
    },
  );

  app.post(
    '/identity-providers/:name/authorizations/confirm',
    {
      schema: operation({
        id: 'confirmAuthorization',
        summary: 'Sign in, or up, with what the browser brought back',
        description: 'Works once; whatever comes of it, the next attempt begins anew.',
        tag: 'identities',
        errors: confirmErrors,
        params: NameParams,
        body: ConfirmBody,
        response: { 201: ref(SignedInSchema) },
      }),
      config: limits,
    },
    async (request, reply) => {
      const { name } = request.params;
      const signedIn = await identities.confirm(name, request.body, {
        ...signInContextOf(request),
        ...spokenIn(request),
      });
      reply.code(201);
      return presentSignedIn(signedIn);
    },
  );
}

function ownIdentityRoutes(app: ContractApp, { services, viewer }: RouteContext): void {
  const { identities } = services;

  app.get(
    '/me/identities',
    {
      schema: operation({
        id: 'listIdentities',
        summary: 'Which providers lead into your account',
        tag: 'identities',
        errors: [],
        signedIn: 'required',
        response: { 200: ref(IdentityListSchema) },
      }),
    },
    async (request) => ({
      items: (await identities.list(await viewer(request))).map(presentIdentity),
    }),
  );

  app.post(
    '/me/identities',
    {
      schema: operation({
        id: 'linkIdentity',
        summary: 'Link a provider to your account',
        description:
          'By `idToken` or `accessToken`, or by `state` and `code` of an authorization that began with `link`. Asks for a proof that the account is yours as well. Doing it twice changes nothing.',
        tag: 'identities',
        errors: [...ownerErrors, 'not_found', 'conflict'],
        signedIn: 'required',
        body: LinkBody,
        response: { 201: ref(IdentitySchema) },
      }),
      config: limits,
    },
    async (request, reply) => {
      const who = await viewer(request);
      const { provider, password: _p, secondFactorCode: _s, passkey: _k, ...proof } = request.body;
      const linked = await identities.link(who, provider, proof, ownerProofIn(request));
      reply.code(201);
      return presentIdentity(linked);
    },
  );

  app.delete(
    '/me/identities/:id',
    {
      schema: operation({
        id: 'unlinkIdentity',
        summary: 'Close a way into your account',
        description: 'Refused with `conflict` for the last one.',
        tag: 'identities',
        errors: ['forbidden', 'not_found', 'invalid', 'conflict'],
        signedIn: 'required',
        params: IdParams,
        response: { 204: NoContent },
      }),
    },
    async (request, reply) => {
      await identities.unlink(await viewer(request), request.params.id, request.ip);
      return reply.code(204).send();
    },
  );
}
