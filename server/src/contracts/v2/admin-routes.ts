import { Type } from 'typebox';
import { displayName, username } from './account-wire.ts';
import {
  AdminAccountPageSchema,
  AdminAccountSchema,
  AuditEntryPageSchema,
  presentEntries,
  presentRecord,
  presentRecords,
  RoleSchema,
} from './admin-wire.ts';
import { checkNotEmpty, email, id, NoContent, newPassword, text } from './fields.ts';
import { route, type V2App } from './route.ts';

const AccountParams = Type.Object({ id: id('Number of the account.') });

const AccountQuery = Type.Object(
  {
    q: Type.Optional(
      text({
        minLength: 1,
        maxLength: 254,
        description: 'How a username, an e-mail or a display name begins, in any case.',
      }),
    ),
    role: Type.Optional(RoleSchema),
    state: Type.Optional(Type.Enum(['active', 'disabled'])),
  },
  { additionalProperties: false },
);

const NewAccountBody = Type.Object(
  {
    username,
    password: Type.Optional(newPassword),
    email: Type.Optional(email),
    displayName: Type.Optional(displayName),
    role: Type.Optional(Type.Enum(['user', 'moderator', 'admin'], { default: 'user' })),
  },
  {
    additionalProperties: false,
    examples: [{ username: 'bob', email: 'bob@example.com', role: 'moderator' }],
  },
);

const AccountChangeBody = Type.Object(
  {
    role: Type.Optional(RoleSchema),
    disabled: Type.Optional(Type.Boolean({ description: 'True: nobody gets in any more.' })),
    forceReset: Type.Optional(
      Type.Literal(true, {
        description:
          'Makes the password worthless, ends all sessions, mails a way to choose another, and removes the passkeys and linked providers that were added since the address was last confirmed by a mail.',
      }),
    ),
  },
  { additionalProperties: false, examples: [{ disabled: true }] },
);

const AuditQuery = Type.Object(
  {
    accountId: Type.Optional(id('Only what happened to this account, even if it is gone.')),
    action: Type.Optional(
      Type.String({
        maxLength: 64,
        pattern: '^[a-z-]+\\.[a-z-]+$',
        description: 'Only this: `session.refused`, `account.disabled` …',
      }),
    ),
  },
  { additionalProperties: false },
);

export function adminRoutes(app: V2App): void {
  const { accountAdmin, auditLog } = app.services;

  route(
    app,
    {
      at: 'GET /admin/accounts',
      id: 'listAccounts',
      summary: 'Accounts, the newest first',
      description: 'For moderators and admins.',
      tag: 'admin',
      signedIn: 'required',
      authority: 'read',
      query: AccountQuery,
      page: 'accounts',
      response: { 200: AdminAccountPageSchema },
    },
    async ({ actor, query: { q, role, state }, page }) =>
      presentRecords(await accountAdmin.list(actor, { q, role, state }, page)),
  );

  route(
    app,
    {
      at: 'POST /admin/accounts',
      id: 'createAccount',
      summary: 'Make an account for somebody',
      description:
        'For admins, whether sign-ups are open or not. Without a password its owner is mailed a way to choose one.',
      tag: 'admin',
      signedIn: 'required',
      authority: 'govern',
      repeatable: true,
      body: NewAccountBody,
      response: { 201: AdminAccountSchema },
      location: '/admin/accounts/:id',
      errors: ['taken', 'conflict', 'gone'],
    },
    async ({ actor, body, idempotencyKey }) => {
      const { username, password = null, email = null, displayName = null, role = 'user' } = body;
      const input = { username, password, email, displayName, role, idempotencyKey };
      return presentRecord(await accountAdmin.create(actor, input));
    },
  );

  route(
    app,
    {
      at: 'GET /admin/accounts/:id',
      id: 'readAccount',
      summary: 'Read an account',
      description: 'For moderators and admins.',
      tag: 'admin',
      signedIn: 'required',
      authority: 'read',
      params: AccountParams,
      response: { 200: AdminAccountSchema },
      errors: ['not_found'],
    },
    async ({ actor, params }) => presentRecord(await accountAdmin.read(actor, params.id)),
  );

  route(
    app,
    {
      at: 'PATCH /admin/accounts/:id',
      id: 'updateAccount',
      summary: 'Disable or enable an account, change its role, force a new password',
      description:
        'Moderators disable and enable users; admins do all of it to all but themselves. Effective at the next request, in every process. There is always an admin left (`conflict`).',
      tag: 'admin',
      signedIn: 'required',
      authority: 'disable',
      params: AccountParams,
      body: AccountChangeBody,
      response: { 200: AdminAccountSchema },
      errors: ['not_found', 'conflict'],
    },
    async ({ actor, params, body }) => {
      checkNotEmpty(body);
      return presentRecord(await accountAdmin.change(actor, params.id, body));
    },
  );

  route(
    app,
    {
      at: 'DELETE /admin/accounts/:id',
      id: 'deleteAccount',
      summary: 'Close an account, with all that it has posted',
      description: 'For admins; not for their own account (`conflict`).',
      tag: 'admin',
      signedIn: 'required',
      authority: 'govern',
      params: AccountParams,
      response: { 204: NoContent },
      errors: ['not_found', 'conflict'],
    },
    ({ actor, params }) => accountAdmin.remove(actor, params.id),
  );

  route(
    app,
    {
      at: 'GET /admin/audit-log',
      id: 'listAuditLog',
      summary: 'Who got in, and who changed that, the latest first',
      description: 'For admins. Entries are kept for a year, also of accounts that are gone.',
      tag: 'admin',
      signedIn: 'required',
      authority: 'govern',
      query: AuditQuery,
      page: 'entries',
      response: { 200: AuditEntryPageSchema },
    },
    async ({ actor, query: { accountId, action }, page }) =>
      presentEntries(await auditLog.list(actor, { accountId, action }, page)),
  );
}
