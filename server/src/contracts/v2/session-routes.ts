import { Type } from 'typebox';
import type { ContractApp, RouteContext } from '../contract.ts';
import { NoContent, ref, text } from './fields.ts';
import { idempotencyKey, operation } from './operation.ts';
import { presentSession, presentTokens, SessionListSchema, TokensSchema } from './session-wire.ts';
import { signInContextOf } from './sign-in-context.ts';

const LogInBody = Type.Object(
  {
    login: text({ minLength: 1, maxLength: 254, description: 'Username or e-mail.' }),
    password: Type.String({ minLength: 1, maxLength: 1000 }),
  },
  { additionalProperties: false, examples: [{ login: 'alice', password: 'a long walk at dusk' }] },
);

const RefreshBody = Type.Object(
  { refreshToken: Type.String({ minLength: 1, maxLength: 200 }) },
  {
    additionalProperties: false,
    examples: [
      { refreshToken: '1.0.5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8' },
    ],
  },
);

const SessionParams = Type.Object({
  id: Type.Union([Type.Integer({ minimum: 1, maximum: 2147483647 }), Type.Literal('current')]),
});

export function sessionRoutes(
  app: ContractApp,
  { services, publicUrl, viewer }: RouteContext,
): void {
  const { sessions } = services;
  const audience = 'v2';

  app.post(
    '/sessions',
    {
      schema: operation({
        id: 'logIn',
        summary: 'Sign in',
        description:
          'An account with a second factor answers `second_factor_required` with a challenge, for `POST /v2/sessions/second-factor`. An app password stands in place of the password, and needs none.',
        tag: 'sessions',
        errors: [
          'wrong_password',
          'second_factor_required',
          'invalid',
          'conflict',
          'unsupported',
          'too_large',
        ],
        repeatable: true,
        body: LogInBody,
        response: { 201: ref(TokensSchema) },
      }),
    },
    async (request, reply) => {
      const key = idempotencyKey(request);
      const signIn = signInContextOf(request);
      const tokens = await sessions.logIn({ ...request.body, ...signIn, idempotencyKey: key });
      reply.code(201);
      return presentTokens(tokens);
    },
  );

  app.post(
    '/sessions/refresh',
    {
      schema: operation({
        id: 'refresh',
        summary: 'Exchange a refresh token for the next pair',
        description:
          'A refresh token works once. Sent again before the pair that it gave is used, or within ten seconds, it gives the same refresh token again; later it ends the session.',
        tag: 'sessions',
        errors: [
          'bad_token',
          'expired_token',
          'revoked_token',
          'invalid',
          'unsupported',
          'too_large',
        ],
        body: RefreshBody,
        response: { 200: ref(TokensSchema) },
      }),
    },
    async (request) => {
      const tokens = await sessions.refresh(request.body.refreshToken, audience, request.ip);
      return presentTokens(tokens);
    },
  );

  app.get(
    '/sessions',
    {
      schema: operation({
        id: 'listSessions',
        summary: 'Where you are signed in',
        tag: 'sessions',
        errors: [],
        signedIn: 'required',
        response: { 200: ref(SessionListSchema) },
      }),
    },
    async (request) => ({
      items: (await sessions.list(await viewer(request))).map(presentSession),
    }),
  );

  app.delete(
    '/sessions/:id',
    {
      schema: operation({
        id: 'endSession',
        summary: 'Sign out, here (`current`) or elsewhere',
        description: 'Effective at the next request, in every process.',
        tag: 'sessions',
        errors: ['forbidden', 'not_found', 'invalid'],
        signedIn: 'required',
        params: SessionParams,
        response: { 204: NoContent },
      }),
    },
    async (request, reply) => {
      const who = await viewer(request);
      const { id } = request.params;
      await sessions.end(who, id === 'current' ? who.sessionId : id, request.ip);
      return reply.code(204).send();
    },
  );
}
