import { Type } from 'typebox';
import { invalid } from '../../domain/errors.ts';
import type { SecondStep } from '../../domain/second-factors/second-factor-service.ts';
import { NoContent } from './fields.ts';
import { firstProof, OwnerBody, ownerErrors, ownerProofIn } from './owner-proof-wire.ts';
import { PasskeyAnswered, PasskeyRequestSchema } from './passkey-wire.ts';
import { route, type V2App } from './route.ts';
import {
  codeField,
  RecoveryCodesSchema,
  SecuritySchema,
  TotpKeySchema,
} from './second-factor-wire.ts';
import { presentTokens, TokensSchema } from './session-wire.ts';
import { signInContextOf } from './sign-in-context.ts';

const challenge = Type.String({
  minLength: 1,
  maxLength: 100,
  description: '`challenge.token` of the problem `second_factor_required`.',
});
const sampleChallenge = '1.0123456789abcdef0123456789abcdef';

const FinishBody = Type.Object(
  { challenge, code: Type.Optional(codeField), passkey: Type.Optional(PasskeyAnswered) },
  { additionalProperties: false, examples: [{ challenge: sampleChallenge, code: '287082' }] },
);

const ChallengeBody = Type.Object(
  { challenge },
  { additionalProperties: false, examples: [{ challenge: sampleChallenge }] },
);

const ConfirmBody = Type.Object(
  { code: codeField },
  { additionalProperties: false, examples: [{ code: '287082' }] },
);

const RemoveBody = Type.Object(
  { ...firstProof, code: codeField },
  {
    additionalProperties: false,
    examples: [{ password: 'a long walk at dusk', code: '287082' }],
  },
);

export function secondFactorRoutes(app: V2App): void {
  signInRoutes(app);
  setUpRoutes(app);
}

function signInRoutes(app: V2App): void {
  const { secondFactors } = app.services;

  route(
    app,
    {
      at: 'POST /sessions/second-factor',
      id: 'finishLogIn',
      summary: 'Sign in: show the second factor',
      description:
        'After `second_factor_required`. A challenge has five tries and five minutes, and ends when the password is changed.',
      tag: 'second-factors',
      signedIn: 'none',
      body: FinishBody,
      response: { 201: TokensSchema },
      errors: ['wrong_password', 'gone', 'expired'],
    },
    async ({ body, request }) =>
      presentTokens(await secondFactors.finish(stepOf(body), signInContextOf(request))),
  );

  route(
    app,
    {
      at: 'POST /sessions/second-factor/options',
      id: 'askForPasskey',
      summary: 'What a browser needs to show a passkey as second factor',
      tag: 'second-factors',
      signedIn: 'none',
      body: ChallengeBody,
      response: { 200: PasskeyRequestSchema },
      errors: ['wrong_password', 'not_found', 'gone', 'expired'],
    },
    ({ body, request }) => secondFactors.passkeyOptions(body.challenge, signInContextOf(request)),
  );
}

function setUpRoutes(app: V2App): void {
  const { passkeys, totp } = app.services;

  route(
    app,
    {
      at: 'GET /me/security',
      id: 'readSecurity',
      summary: 'What protects your account',
      tag: 'second-factors',
      signedIn: 'required',
      response: { 200: SecuritySchema },
    },
    ({ viewer }) => totp.readSecurity(viewer),
  );

  route(
    app,
    {
      at: 'POST /me/owner-check/options',
      id: 'beginOwnerCheck',
      summary: 'What a browser needs to show by a passkey that the account is yours',
      description:
        'What `navigator.credentials.get()` gives is the `passkey` of what asks for a proof, in this session.',
      tag: 'passkeys',
      signedIn: 'required',
      response: { 200: PasskeyRequestSchema },
      errors: ['forbidden', 'not_found', 'unsupported', 'too_large'],
    },
    ({ viewer }) => passkeys.beginOwnerCheck(viewer),
  );

  route(
    app,
    {
      at: 'POST /me/totp',
      id: 'beginTotp',
      summary: 'Set an authenticator app up',
      description:
        'It protects nothing until a code was confirmed; until then a repeat replaces it.',
      tag: 'second-factors',
      signedIn: 'required',
      body: OwnerBody,
      response: { 201: TotpKeySchema },
      errors: [...ownerErrors, 'conflict'],
    },
    ({ viewer, body, request }) => totp.begin(viewer, ownerProofIn(body, request.ip)),
  );

  route(
    app,
    {
      at: 'POST /me/totp/confirm',
      id: 'confirmTotp',
      summary: 'Confirm the authenticator app by a code of it',
      description:
        'From now on signing in needs a second factor, and your other sessions end. Programs that cannot ask for one need an app password.',
      tag: 'second-factors',
      signedIn: 'required',
      body: ConfirmBody,
      response: { 200: RecoveryCodesSchema },
      errors: ['forbidden', 'conflict'],
    },
    async ({ viewer, body, request }) => {
      const given = { ...body, address: request.ip };
      return { recoveryCodes: await totp.confirm(viewer, given) };
    },
  );

  route(
    app,
    {
      at: 'DELETE /me/totp',
      id: 'removeTotp',
      summary: 'Remove the second factor',
      description: 'The recovery codes end too; the password alone opens the account again.',
      tag: 'second-factors',
      signedIn: 'required',
      body: RemoveBody,
      response: { 204: NoContent },
      errors: [...ownerErrors, 'conflict'],
    },
    ({ viewer, body, request }) =>
      totp.remove(viewer, { code: body.code, ...ownerProofIn(body, request.ip) }),
  );

  route(
    app,
    {
      at: 'POST /me/recovery-codes',
      id: 'renewRecoveryCodes',
      summary: 'Make new recovery codes; the old ones end',
      tag: 'second-factors',
      signedIn: 'required',
      body: OwnerBody,
      response: { 201: RecoveryCodesSchema },
      errors: [...ownerErrors, 'conflict'],
    },
    async ({ viewer, body, request }) => {
      const proof = ownerProofIn(body, request.ip);
      return { recoveryCodes: await totp.renewRecoveryCodes(viewer, proof) };
    },
  );
}

type FinishInput = {
  challenge: string;
  code?: string;
  passkey?: { id: string; [field: string]: unknown };
};

function stepOf({ challenge, code, passkey }: FinishInput): SecondStep {
  if (code !== undefined && passkey === undefined) return { challenge, code };
  if (passkey !== undefined && code === undefined) return { challenge, passkey };
  throw invalid('code', 'or passkey is needed, and only one of them');
}
