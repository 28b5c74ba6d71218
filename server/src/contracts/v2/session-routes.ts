import { Type } from 'typebox';
import { longRowId, NoContent, text } from './fields.ts';
import { route, type V2App } from './route.ts';
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
  id: Type.Union([longRowId, Type.Literal('current')]),
});

const audience = 'v2';

export function sessionRoutes(app: V2App): void {
  const { sessions } = app.services;

  route(
    app,
    {
      at: 'POST /sessions',
      id: 'logIn',
      summary: 'Sign in',
      description:
        'An account with a second factor answers `second_factor_required` with a challenge, for `POST /v2/sessions/second-factor`. An app password stands in place of the password, and needs none.',
      tag: 'sessions',
      signedIn: 'none',
      repeatable: true,
      body: LogInBody,
      response: { 201: TokensSchema },
      errors: ['wrong_password', 'second_factor_required', 'conflict'],
    },
    async ({ body, request, idempotencyKey }) => {
      const context = signInContextOf(request);
      return presentTokens(await sessions.logIn({ ...body, ...context, idempotencyKey }));
    },
  );

  route(
    app,
    {
      at: 'POST /sessions/refresh',
      id: 'refresh',
      summary: 'Exchange a refresh token for the next pair',
      description:
        'A refresh token works once. Sent again before the pair that it gave is used, or within ten seconds, it gives the same refresh token again; later it ends the session.',
      tag: 'sessions',
      signedIn: 'none',
      body: RefreshBody,
      response: { 200: TokensSchema },
      errors: ['bad_token', 'expired_token', 'revoked_token'],
    },
    async ({ body, request }) =>
      presentTokens(await sessions.refresh(body.refreshToken, audience, request.ip)),
  );

  route(
    app,
    {
      at: 'GET /sessions',
      id: 'listSessions',
      summary: 'Where you are signed in',
      tag: 'sessions',
      signedIn: 'required',
      response: { 200: SessionListSchema },
    },
    async ({ viewer }) => ({ items: (await sessions.list(viewer)).map(presentSession) }),
  );

  route(
    app,
    {
      at: 'DELETE /sessions/:id',
      id: 'endSession',
      summary: 'Sign out, here (`current`) or elsewhere',
      description: 'Effective at the next request, in every process.',
      tag: 'sessions',
      signedIn: 'required',
      params: SessionParams,
      response: { 204: NoContent },
      errors: ['forbidden', 'not_found'],
    },
    ({ viewer, params: { id }, request }) =>
      sessions.end(viewer, id === 'current' ? viewer.sessionId : id, request.ip),
  );
}
