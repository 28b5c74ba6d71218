import { Type } from 'typebox';
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
  checkNotEmpty,
  email,
  language,
  NoContent,
  newPassword,
  oneTimeToken,
  text,
} from './fields.ts';
import { OwnerBody, ownerErrors, ownerProofIn } from './owner-proof-wire.ts';
import { route, type V2App } from './route.ts';

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

export function accountRoutes(app: V2App): void {
  const { accounts, closing, follows, auditLog } = app.services;
  const present = accountPresenter(app.publicUrl);

  route(
    app,
    {
      at: 'POST /accounts',
      id: 'signUp',
      summary: 'Make an account',
      description: 'With an e-mail, a mail is sent that confirms it.',
      tag: 'accounts',
      signedIn: 'none',
      repeatable: true,
      body: SignUpBody,
      response: { 201: MeSchema },
      location: '/users/:username',
      errors: ['taken', 'conflict', 'forbidden', 'gone', 'expired'],
      rateLimit: { max: 30, timeWindow: '1 hour' },
    },
    async ({ request, body, idempotencyKey }) => {
      const {
        username,
        password,
        email = null,
        displayName = null,
        language,
        invite = null,
      } = body;
      const spoken = language === undefined ? spokenIn(request) : { language };
      const names = { username, email, displayName };
      const input = { ...names, password, invite, ...spoken, idempotencyKey };
      return present.me(await accounts.signUp(input, request.ip));
    },
  );

  route(
    app,
    {
      at: 'GET /me',
      id: 'readMe',
      summary: 'Read your own account',
      tag: 'accounts',
      signedIn: 'required',
      response: { 200: MeSchema },
    },
    async ({ viewer }) => present.me(await accounts.readMe(viewer)),
  );

  route(
    app,
    {
      at: 'PATCH /me',
      id: 'updateMe',
      summary: 'Change what others see of you',
      tag: 'accounts',
      signedIn: 'required',
      body: MeChange,
      response: { 200: MeSchema },
    },
    async ({ viewer, body }) => {
      checkNotEmpty(body);
      return present.me(await accounts.updateMe(viewer, body));
    },
  );

  route(
    app,
    {
      at: 'DELETE /me',
      id: 'closeMe',
      summary: 'Close your account',
      description:
        'Asks for a proof that the account is yours. Ends all sessions at once; posts, pictures, likes and follows are removed in the background. The last admin cannot go (`conflict`).',
      tag: 'accounts',
      signedIn: 'required',
      body: OwnerBody,
      // An account that needs no proof sends none.
      isBodyOptional: true,
      response: { 204: NoContent },
      errors: [...ownerErrors, 'conflict'],
    },
    ({ viewer, body, request }) => closing.closeMe(viewer, ownerProofIn(body, request.ip)),
  );

  route(
    app,
    {
      at: 'GET /me/audit-log',
      id: 'listSecurityEvents',
      summary: 'Who got into your account or tried to, the latest first',
      tag: 'accounts',
      signedIn: 'required',
      page: 'entries',
      response: { 200: SecurityEventPageSchema },
    },
    async ({ viewer, page }) => presentOwnEntries(await auditLog.listOwn(viewer, page)),
  );

  route(
    app,
    {
      at: 'GET /users/:username',
      id: 'readProfile',
      summary: 'Read the page of an account',
      tag: 'accounts',
      signedIn: 'optional',
      params: UsernameParams,
      response: { 200: ProfileSchema },
      errors: ['not_found'],
    },
    async ({ viewer, params }) =>
      present.profile(await accounts.readProfile(viewer, params.username)),
  );

  route(
    app,
    {
      at: 'PUT /users/:username/follow',
      id: 'follow',
      summary: 'Follow an account',
      description: 'Doing it twice changes nothing.',
      tag: 'accounts',
      signedIn: 'required',
      params: UsernameParams,
      response: { 200: ProfileSchema },
      errors: ['not_found', 'conflict'],
    },
    async ({ viewer, params }) => present.profile(await follows.follow(viewer, params.username)),
  );

  route(
    app,
    {
      at: 'DELETE /users/:username/follow',
      id: 'unfollow',
      summary: 'Stop following an account',
      description: 'Doing it twice changes nothing.',
      tag: 'accounts',
      signedIn: 'required',
      params: UsernameParams,
      response: { 200: ProfileSchema },
      errors: ['not_found'],
    },
    async ({ viewer, params }) => present.profile(await follows.unfollow(viewer, params.username)),
  );

  route(
    app,
    {
      at: 'GET /users/:username/followers',
      id: 'listFollowers',
      summary: 'Who follows an account, the latest first',
      tag: 'accounts',
      signedIn: 'optional',
      params: UsernameParams,
      page: 'follows',
      response: { 200: AccountPageSchema },
      errors: ['not_found'],
    },
    async ({ viewer, params, page }) =>
      present.cards(await follows.listFollowers(viewer, params.username, page)),
  );

  route(
    app,
    {
      at: 'GET /users/:username/following',
      id: 'listFollowing',
      summary: 'Whom an account follows, the latest first',
      tag: 'accounts',
      signedIn: 'optional',
      params: UsernameParams,
      page: 'follows',
      response: { 200: AccountPageSchema },
      errors: ['not_found'],
    },
    async ({ viewer, params, page }) =>
      present.cards(await follows.listFollowing(viewer, params.username, page)),
  );
}
