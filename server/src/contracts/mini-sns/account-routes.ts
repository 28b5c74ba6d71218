import type { FastifyRequest } from 'fastify';
import { dayMs } from '../../domain/durations.ts';
import { invalid } from '../../domain/errors.ts';
import type { ContractApp, RouteContext } from '../contract.ts';
import { deviceOf } from '../device.ts';
import { anyPassword, fieldsOf, idOf, nothing } from '../older.ts';
import { spokenIn } from '../spoken-language.ts';
import { tokenFirst } from '../token-first.ts';
import { textsOf } from './wire.ts';

const lifeMs = dayMs;
const limits = { email: 254, name: 255, profile: 2000 };

export function accountRoutes(
  app: ContractApp,
  { services, passwordRuleFor, viewer }: RouteContext,
): void {
  const { accounts, sessions, legacyTokens, follows } = services;

  app.get(
    '/ping',
    { schema: { operationId: 'ping', summary: 'Is it there?' } },
    async (_request, reply) => reply.type('text/html; charset=utf-8').send('some some pong'),
  );

  app.post(
    '/sign-up',
    { schema: { operationId: 'signUp', summary: 'Make an account' } },
    async (request) => {
      const { email, name, password, profile } = textsOf(request.body, [
        'email',
        'name',
        'password',
        'profile',
      ]);
      checkLengths({ email, name, profile });
      const account = await accounts.signUp(
        {
          username: null,
          password,
          email,
          displayName: name,
          bio: profile,
          emailProof: { hasNoCode: true },
          invite: null,
          idempotencyKey: null,
          ...spokenIn(request),
          passwordRule: passwordRuleFor(anyPassword),
        },
        request.ip,
      );
      return { id: account.id, name, email, profile };
    },
  );

  app.post('/login', { schema: { operationId: 'logIn', summary: 'Sign in' } }, async (request) => {
    const { email, password } = textsOf(request.body, ['email', 'password']);
    const session = await sessions.logInPlain({
      login: email,
      password,
      audience: 'mini-sns',
      device: deviceOf(request),
      lifeMs,
    });
    const claims = { user_id: session.accountId };
    return {
      user_id: session.accountId,
      access_token: await legacyTokens.issue(session, claims),
    };
  });

  app.post(
    '/follow',
    { schema: { operationId: 'follow', summary: 'Follow somebody' }, ...tokenFirst(viewer) },
    async (request, reply) => {
      const who = await viewer(request);
      const id = accountIdIn(request, 'follow');
      // The original took it, and showed nothing twice for it.
      if (id !== who.accountId) await follows.followById(who, id);
      return nothing(reply);
    },
  );

  app.post(
    '/unfollow',
    {
      schema: { operationId: 'unfollow', summary: 'Stop following somebody' },
      ...tokenFirst(viewer),
    },
    async (request, reply) => {
      const who = await viewer(request);
      await follows.unfollowById(who, accountIdIn(request, 'unfollow'));
      return nothing(reply);
    },
  );
}

function accountIdIn(request: FastifyRequest, field: string): number {
  const id = idOf(fieldsOf(request.body)[field]);
  if (id === null) throw invalid(field, 'must be the number of an account');
  return id;
}

function checkLengths(texts: Record<keyof typeof limits, string>): void {
  for (const [name, limit] of Object.entries(limits)) {
    const length = Array.from(texts[name as keyof typeof limits]).length;
    if (length > limit) throw invalid(name, `must have at most ${limit} characters`);
  }
  if (texts.email.trim() === '') throw invalid('email', 'must not be empty');
}
