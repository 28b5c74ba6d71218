import { Type } from 'typebox';
import { pageRequest } from '../../domain/paging.ts';
import type { ContractApp, RouteContext } from '../contract.ts';
import { spokenIn } from '../spoken-language.ts';
import {
  AccountPageSchema,
  accountPresenter,
  displayName,
  MeSchema,
  ProfileSchema,
  UsernameParams,
  username,
} from './account-wire.ts';
import { presentOwnEntries, SecurityEventPageSchema } from './admin-wire.ts';
import {
  email,
  language,
  NoContent,
  newPassword,
  oneTimeToken,
  PageQuery,
  ref,
  text,
} from './fields.ts';
import { checkNotEmpty, idempotencyKey, linkNext, operation } from './operation.ts';
import { OwnerBody, ownerErrors, ownerProofIn } from './owner-proof-wire.ts';

const SignUpBody = Type.Object(
  {
    username,
    password: newPassword,
    email: Type.Optional(email),
    displayName: Type.Optional(displayName),
    language: Type.Optional(language),
    invite: Type.Optional(oneTimeToken('Of a moderator; needed where sign-ups are closed.')),
  },
  {
    additionalProperties: false,
    examples: [{ username: 'alice', password: 'a long walk at dusk', email: 'alice@example.com' }],
  },
);

const MeChange = Type.Object(
  {
    displayName: Type.Optional(displayName),
    bio: Type.Optional(text({ maxLength: 2000, description: 'A few words about oneself.' })),
    language: Type.Optional(language),
  },
  { additionalProperties: false, examples: [{ bio: 'Light and shadow.' }] },
);

export function accountRoutes(
  app: ContractApp,
  { services, publicUrl, viewer, viewerIfAny }: RouteContext,
): void {
  const { accounts, follows, auditLog } = services;
  const present = accountPresenter(publicUrl);

  app.post(
    '/accounts',
    {
      schema: operation({
        id: 'signUp',
        summary: 'Make an account',
        tag: 'accounts',
        description: 'With an e-mail, a mail is sent that confirms it.',
        errors: [
          'invalid',
          'taken',
          'conflict',
          'forbidden',
          'gone',
          'expired',
          'unsupported',
          'too_large',
        ],
        repeatable: true,
        body: SignUpBody,
        response: { 201: ref(MeSchema) },
        sends: ['Location'],
      }),
      config: { rateLimit: { max: 30, timeWindow: '1 hour' } },
    },
    async (request, reply) => {
      const { username, password, email: address = null, displayName = null } = request.body;
      const { language: spoken, invite = null } = request.body;
      const input = {
        username,
        password,
        email: address,
        displayName,
        invite,
        ...(spoken === undefined ? spokenIn(request) : { language: spoken }),
        idempotencyKey: idempotencyKey(request),
      };
      const me = await accounts.signUp(input, request.ip);
      reply.code(201).header('location', `${publicUrl}/v2/users/${me.username}`);
      return present.me(me);
    },
  );

  app.get(
    '/me',
    {
      schema: operation({
        id: 'readMe',
        summary: 'Read your own account',
        tag: 'accounts',
        errors: [],
        signedIn: 'required',
        response: { 200: ref(MeSchema) },
      }),
    },
    async (request) => present.me(await accounts.readMe(await viewer(request))),
  );

  app.patch(
    '/me',
    {
      schema: operation({
        id: 'updateMe',
        summary: 'Change what others see of you',
        tag: 'accounts',
        errors: ['invalid', 'unsupported', 'too_large'],
        signedIn: 'required',
        body: MeChange,
        response: { 200: ref(MeSchema) },
      }),
    },
    async (request) => {
      const who = await viewer(request);
      checkNotEmpty(request.body);
      return present.me(await accounts.updateMe(who, request.body));
    },
  );

  app.delete(
    '/me',
    {
      schema: operation({
        id: 'closeMe',
        summary: 'Close your account',
        description:
          'Asks for a proof that the account is yours. Ends all sessions at once; posts, pictures, likes and follows are removed in the background. The last admin cannot go (`conflict`).',
        tag: 'accounts',
        errors: [...ownerErrors, 'conflict'],
        signedIn: 'required',
        body: OwnerBody,
        response: { 204: NoContent },
      }),
      // Who needs no proof sends no body, as everybody did before.
      preValidation: async (request) => {
        request.body ??= {};
      },
    },
    async (request, reply) => {
      await services.closing.closeMe(await viewer(request), ownerProofIn(request));
      return reply.code(204).send();
    },
  );

  app.get(
    '/me/audit-log',
    {
      schema: operation({
        id: 'listSecurityEvents',
        summary: 'Who got into your account or tried to, the latest first',
        tag: 'accounts',
        errors: ['invalid'],
        signedIn: 'required',
        querystring: PageQuery,
        response: { 200: ref(SecurityEventPageSchema) },
        sends: ['Link'],
      }),
    },
    async (request, reply) => {
      const who = await viewer(request);
      const list = await auditLog.listOwn(who, pageRequest('entries', request.query));
      linkNext(request, reply, publicUrl, list.nextCursor);
      return presentOwnEntries(list);
    },
  );

  app.get(
    '/users/:username',
    {
      schema: operation({
        id: 'readProfile',
        summary: 'Read the page of an account',
        tag: 'accounts',
        errors: ['not_found'],
        signedIn: 'optional',
        params: UsernameParams,
        response: { 200: ref(ProfileSchema) },
      }),
    },
    async (request) =>
      present.profile(
        await accounts.readProfile(await viewerIfAny(request), request.params.username),
      ),
  );

  app.put(
    '/users/:username/follow',
    {
      schema: operation({
        id: 'follow',
        summary: 'Follow an account',
        description: 'Doing it twice changes nothing.',
        tag: 'accounts',
        errors: ['not_found', 'invalid'],
        signedIn: 'required',
        params: UsernameParams,
        response: { 200: ref(ProfileSchema) },
      }),
    },
    async (request) => {
      const who = await viewer(request);
      await follows.follow(who, request.params.username);
      return present.profile(await accounts.readProfile(who, request.params.username));
    },
  );

  app.delete(
    '/users/:username/follow',
    {
      schema: operation({
        id: 'unfollow',
        summary: 'Stop following an account',
        description: 'Doing it twice changes nothing.',
        tag: 'accounts',
        errors: ['not_found'],
        signedIn: 'required',
        params: UsernameParams,
        response: { 200: ref(ProfileSchema) },
      }),
    },
    async (request) => {
      const who = await viewer(request);
      await follows.unfollow(who, request.params.username);
      return present.profile(await accounts.readProfile(who, request.params.username));
    },
  );

  app.get(
    '/users/:username/followers',
    {
      schema: operation({
        id: 'listFollowers',
        summary: 'Who follows an account, the latest first',
        tag: 'accounts',
        errors: ['not_found', 'invalid'],
        params: UsernameParams,
        querystring: PageQuery,
        response: { 200: ref(AccountPageSchema) },
        sends: ['Link'],
      }),
    },
    async (request, reply) => {
      const page = pageRequest('follows', request.query);
      const list = await follows.listFollowers(request.params.username, page);
      linkNext(request, reply, publicUrl, list.nextCursor);
      return present.cards(list);
    },
  );

  app.get(
    '/users/:username/following',
    {
      schema: operation({
        id: 'listFollowing',
        summary: 'Whom an account follows, the latest first',
        tag: 'accounts',
        errors: ['not_found', 'invalid'],
        params: UsernameParams,
        querystring: PageQuery,
        response: { 200: ref(AccountPageSchema) },
        sends: ['Link'],
      }),
    },
    async (request, reply) => {
      const page = pageRequest('follows', request.query);
      const list = await follows.listFollowing(request.params.username, page);
      linkNext(request, reply, publicUrl, list.nextCursor);
      return present.cards(list);
    },
  );
}
