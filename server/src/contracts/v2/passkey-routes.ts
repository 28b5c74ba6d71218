import { Type } from 'typebox';
import type { ContractApp, RouteContext } from '../contract.ts';
import { IdParams, nameField } from './credential-wire.ts';
import { NoContent, ref } from './fields.ts';
import { operation } from './operation.ts';
import { OwnerBody, ownerErrors, ownerProof, ownerProofIn } from './owner-proof-wire.ts';
import {
  PasskeyAnswered,
  PasskeyCreated,
  PasskeyCreationSchema,
  PasskeyListSchema,
  PasskeyRequestSchema,
  PasskeySchema,
  sampleAnswered,
  sampleCreated,
} from './passkey-wire.ts';
import { presentTokens, TokensSchema } from './session-wire.ts';
import { signInContextOf } from './sign-in-context.ts';

const RegisterBody = Type.Object(
  { name: nameField, response: PasskeyCreated, ...ownerProof },
  {
    additionalProperties: false,
    examples: [{ name: 'My phone', response: sampleCreated, password: 'a long walk at dusk' }],
  },
);

const SignInBody = Type.Object(
  { response: PasskeyAnswered },
  { additionalProperties: false, examples: [{ response: sampleAnswered }] },
);

export function passkeyRoutes(app: ContractApp, context: RouteContext): void {
  signInRoutes(app, context);
  ownRoutes(app, context);
}

function signInRoutes(app: ContractApp, { services, publicUrl }: RouteContext): void {
  const { passkeys } = services;

  app.post(
    '/sessions/passkey/options',
    {
      schema: operation({
        id: 'beginPasskeyLogIn',
        summary: 'What a browser needs to sign somebody in by a passkey',
        tag: 'passkeys',
        errors: ['unsupported', 'too_large'],
        response: { 200: ref(PasskeyRequestSchema) },
      }),
    },
    async () => passkeys.beginSignIn(),
  );

  app.post(
    '/sessions/passkey',
    {
      schema: operation({
        id: 'logInByPasskey',
        summary: 'Sign in by a passkey',
        description:
          'Nobody is named: the passkey tells who it is. The authenticator must have made sure of its holder.',
        tag: 'passkeys',
        errors: ['wrong_password', 'invalid', 'gone', 'expired', 'unsupported', 'too_large'],
        body: SignInBody,
        response: { 201: ref(TokensSchema) },
      }),
    },
    async (request, reply) => {
      const tokens = await passkeys.signIn(request.body.response, signInContextOf(request));
      reply.code(201);
      return presentTokens(tokens);
    },
  );
}

function ownRoutes(app: ContractApp, { services, viewer }: RouteContext): void {
  const { passkeys } = services;

  app.post(
    '/me/passkeys/options',
    {
      schema: operation({
        id: 'beginPasskey',
        summary: 'What a browser needs to make a passkey for you',
        tag: 'passkeys',
        errors: ['forbidden', 'unsupported', 'too_large'],
        signedIn: 'required',
        response: { 200: ref(PasskeyCreationSchema) },
      }),
    },
    async (request) => passkeys.beginRegistration(await viewer(request)),
  );

  app.post(
    '/me/passkeys',
    {
      schema: operation({
        id: 'addPasskey',
        summary: 'Keep the passkey that the browser has made',
        tag: 'passkeys',
        errors: [...ownerErrors, 'taken', 'conflict'],
        signedIn: 'required',
        body: RegisterBody,
        response: { 201: ref(PasskeySchema) },
      }),
    },
    async (request, reply) => {
      const { name, response } = request.body;
      const given = { name, response, ...ownerProofIn(request) };
      const passkey = await passkeys.register(await viewer(request), given);
      reply.code(201);
      return passkey;
    },
  );

  app.get(
    '/me/passkeys',
    {
      schema: operation({
        id: 'listPasskeys',
        summary: 'Your passkeys',
        tag: 'passkeys',
        errors: [],
        signedIn: 'required',
        response: { 200: ref(PasskeyListSchema) },
      }),
    },
    async (request) => ({ items: await passkeys.list(await viewer(request)) }),
  );

  app.delete(
    '/me/passkeys/:id',
    {
      schema: operation({
        id: 'removePasskey',
        summary: 'Remove a passkey',
        tag: 'passkeys',
        errors: [...ownerErrors, 'not_found'],
        signedIn: 'required',
        params: IdParams,
        body: OwnerBody,
        response: { 204: NoContent },
      }),
    },
    async (request, reply) => {
      const { id } = request.params;
      await passkeys.remove(await viewer(request), { id, ...ownerProofIn(request) });
      return reply.code(204).send();
    },
  );
}
