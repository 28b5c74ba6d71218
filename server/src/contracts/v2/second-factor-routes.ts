import { Type } from 'typebox';
import { invalid } from '../../domain/errors.ts';
import type { SecondStep } from '../../domain/second-factors/second-factor-service.ts';
import type { ContractApp, RouteContext, WireCode } from '../contract.ts';
import { NoContent, ref } from './fields.ts';
import { operation } from './operation.ts';
import { firstProof, OwnerBody, ownerErrors, ownerProofIn } from './owner-proof-wire.ts';
import { PasskeyAnswered, PasskeyRequestSchema } from './passkey-wire.ts';
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

export function secondFactorRoutes(app: ContractApp, context: RouteContext): void {
  signInRoutes(app, context);
  setUpRoutes(app, context);
}

function signInRoutes(app: ContractApp, { services, publicUrl }: RouteContext): void {
  const { secondFactors } = services;

  app.post(
    '/sessions/second-factor',
    {
      schema: operation({
        id: 'finishLogIn',
        summary: 'Sign in: show the second factor',
        description:
          'After `second_factor_required`. A challenge has five tries and five minutes, and ends when the password is changed.',
        tag: 'second-factors',
        errors: ['wrong_password', 'invalid', 'gone', 'expired', 'unsupported', 'too_large'],
        body: FinishBody,
        response: { 201: ref(TokensSchema) },
      }),
    },
    async (request, reply) => {
      const tokens = await secondFactors.finish(stepOf(request.body), signInContextOf(request));
      reply.code(201);
      return presentTokens(tokens);
    },
  );

  app.post(
    '/sessions/second-factor/options',
    {
      schema: operation({
        id: 'askForPasskey',
        summary: 'What a browser needs to show a passkey as second factor',
        tag: 'second-factors',
        errors: [
          'wrong_password',
          'invalid',
          'not_found',
          'gone',
          'expired',
          'unsupported',
          'too_large',
        ],
        body: ChallengeBody,
        response: { 200: ref(PasskeyRequestSchema) },
      }),
    },
    async (request) =>
      secondFactors.passkeyOptions(request.body.challenge, signInContextOf(request)),
  );
}

function setUpRoutes(app: ContractApp, { services, viewer }: RouteContext): void {
  const { passkeys, totp } = services;

  app.get(
    '/me/security',
    {
      schema: operation({
        id: 'readSecurity',
        summary: 'What protects your account',
        tag: 'second-factors',
        errors: [],
        signedIn: 'required',
        response: { 200: ref(SecuritySchema) },
      }),
    },
    async (request) => totp.readSecurity(await viewer(request)),
  );

  app.post(
    '/me/owner-check/options',
    {
      schema: operation({
        id: 'beginOwnerCheck',
        summary: 'What a browser needs to show by a passkey that the account is yours',
        description:
          'What `navigator.credentials.get()` gives is the `passkey` of what asks for a proof, in this session.',
        tag: 'passkeys',
        errors: ['forbidden', 'not_found', 'unsupported', 'too_large'],
        signedIn: 'required',
        response: { 200: ref(PasskeyRequestSchema) },
      }),
    },
    async (request) => passkeys.beginOwnerCheck(await viewer(request)),
  );

  app.post(
    '/me/totp',
    {
      schema: operation({
        id: 'beginTotp',
        summary: 'Set an authenticator app up',
        description:
          'It protects nothing until a code was confirmed; until then a repeat replaces it.',
        tag: 'second-factors',
        errors: [...ownerErrors, 'conflict'],
        signedIn: 'required',
        body: OwnerBody,
        response: { 201: ref(TotpKeySchema) },
      }),
    },
    async (request, reply) => {
      const key = await totp.begin(await viewer(request), ownerProofIn(request));
      reply.code(201);
      return key;
    },
  );

  app.post(
    '/me/totp/confirm',
    {
      schema: operation({
        id: 'confirmTotp',
        summary: 'Confirm the authenticator app by a code of it',
        description:
          'From now on signing in needs a second factor, and your other sessions end. Programs that cannot ask for one need an app password.',
        tag: 'second-factors',
        errors: ['forbidden', 'invalid', 'conflict', 'unsupported', 'too_large'],
        signedIn: 'required',
        body: ConfirmBody,
        response: { 200: ref(RecoveryCodesSchema) },
      }),
    },
    async (request) => {
      const given = { ...request.body, address: request.ip };
      return { recoveryCodes: await totp.confirm(await viewer(request), given) };
    },
  );

  app.delete(
    '/me/totp',
    {
      schema: operation({
        id: 'removeTotp',
        summary: 'Remove the second factor',
        description: 'The recovery codes end too; the password alone opens the account again.',
        tag: 'second-factors',
        errors: [...ownerErrors, 'conflict'],
        signedIn: 'required',
        body: RemoveBody,
        response: { 204: NoContent },
      }),
    },
    async (request, reply) => {
      const { code } = request.body;
      await totp.remove(await viewer(request), { code, ...ownerProofIn(request) });
      return reply.code(204).send();
    },
  );

  app.post(
    '/me/recovery-codes',
    {
      schema: operation({
        id: 'renewRecoveryCodes',
        summary: 'Make new recovery codes; the old ones end',
        tag: 'second-factors',
        errors: [...ownerErrors, 'conflict'],
        signedIn: 'required',
        body: OwnerBody,
        response: { 201: ref(RecoveryCodesSchema) },
      }),
    },
    async (request, reply) => {
      const who = await viewer(request);
      const recoveryCodes = await totp.renewRecoveryCodes(who, ownerProofIn(request));
      reply.code(201);
      return { recoveryCodes };
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
