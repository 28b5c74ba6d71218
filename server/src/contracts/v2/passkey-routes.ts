import { Type } from 'typebox';
import { IdParams, nameField } from './credential-wire.ts';
import { NoContent } from './fields.ts';
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
import { route, type V2App } from './route.ts';
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

export function passkeyRoutes(app: V2App): void {
  signInRoutes(app);
  ownRoutes(app);
}

function signInRoutes(app: V2App): void {
  const { passkeys } = app.services;

  route(
    app,
    {
      at: 'POST /sessions/passkey/options',
      id: 'beginPasskeyLogIn',
      summary: 'What a browser needs to sign somebody in by a passkey',
      tag: 'passkeys',
      signedIn: 'none',
      response: { 200: PasskeyRequestSchema },
      errors: ['unsupported', 'too_large'],
    },
    () => passkeys.beginSignIn(),
  );

  route(
    app,
    {
      at: 'POST /sessions/passkey',
      id: 'logInByPasskey',
      summary: 'Sign in by a passkey',
      description:
        'Needs no username: the passkey identifies the account. The authenticator must verify its user.',
      tag: 'passkeys',
      signedIn: 'none',
      body: SignInBody,
      response: { 201: TokensSchema },
      errors: ['wrong_password', 'gone', 'expired'],
    },
    async ({ body, request }) =>
      presentTokens(await passkeys.signIn(body.response, signInContextOf(request))),
  );
}

function ownRoutes(app: V2App): void {
  const { passkeys } = app.services;

  route(
    app,
    {
      at: 'POST /me/passkeys/options',
      id: 'beginPasskey',
      summary: 'What a browser needs to make a passkey for you',
      tag: 'passkeys',
      signedIn: 'required',
      response: { 200: PasskeyCreationSchema },
      errors: ['forbidden', 'unsupported', 'too_large'],
    },
    ({ viewer }) => passkeys.beginRegistration(viewer),
  );

  route(
    app,
    {
      at: 'POST /me/passkeys',
      id: 'addPasskey',
      summary: 'Keep the passkey that the browser has made',
      tag: 'passkeys',
      signedIn: 'required',
      body: RegisterBody,
      response: { 201: PasskeySchema },
      errors: [...ownerErrors, 'taken', 'conflict'],
    },
    ({ viewer, body, request }) => {
      const { name, response } = body;
      return passkeys.register(viewer, { name, response, ...ownerProofIn(body, request.ip) });
    },
  );

  route(
    app,
    {
      at: 'GET /me/passkeys',
      id: 'listPasskeys',
      summary: 'Your passkeys',
      tag: 'passkeys',
      signedIn: 'required',
      response: { 200: PasskeyListSchema },
    },
    async ({ viewer }) => ({ items: await passkeys.list(viewer) }),
  );

  route(
    app,
    {
      at: 'DELETE /me/passkeys/:id',
      id: 'removePasskey',
      summary: 'Remove a passkey',
      tag: 'passkeys',
      signedIn: 'required',
      params: IdParams,
      body: OwnerBody,
      response: { 204: NoContent },
      errors: [...ownerErrors, 'not_found'],
    },
    ({ viewer, params, body, request }) =>
      passkeys.remove(viewer, { id: params.id, ...ownerProofIn(body, request.ip) }),
  );
}
