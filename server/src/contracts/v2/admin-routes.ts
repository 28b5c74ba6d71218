import { Type } from 'typebox';
import { datedPageRequest, pageRequest } from '../../domain/paging.ts';
import type { ContractApp, RouteContext } from '../contract.ts';
import { displayName, username } from './account-wire.ts';
import { actorFrom } from './actor.ts';
import {
  AdminAccountPageSchema,
  AdminAccountSchema,
  AuditEntryPageSchema,
  presentEntries,
  presentRecord,
  presentRecords,
  RoleSchema,
} from './admin-wire.ts';
import { email, id, NoContent, newPassword, PageQuery, ref, text } from './fields.ts';
import { checkNotEmpty, idempotencyKey, linkNext, operation } from './operation.ts';

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
    ...PageQuery.properties,
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
    ...PageQuery.properties,
  },
  { additionalProperties: false },
);

export function adminRoutes(app: ContractApp, { services, publicUrl, viewer }: RouteContext): void {
  const { accountAdmin, auditLog } = services;
  const actorOf = actorFrom(viewer);

  app.get(
    '/admin/accounts',
    {
      schema: operation({
        id: 'listAccounts',
        summary: 'Accounts, the newest first',
        description: 'For moderators and admins.',
        tag: 'admin',
        errors: ['forbidden', 'invalid'],
        signedIn: 'required',
        querystring: AccountQuery,
        response: { 200: ref(AdminAccountPageSchema) },
        sends: ['Link'],
      }),
    },
    async (request, reply) => {
      const actor = await actorOf(request);
      const { q, role, state } = request.query;
      const page = datedPageRequest('accounts', request.query);
      const list = await accountAdmin.list(actor, { q, role, state }, page);
      linkNext(request, reply, publicUrl, list.nextCursor);
      return presentRecords(list);
    },
  );

  app.post(
    '/admin/accounts',
    {
      schema: operation({
        id: 'createAccount',
        summary: 'Make an account for somebody',
        description:
          'For admins, whether sign-ups are open or not. Without a password its owner is mailed a way to choose one.',
        tag: 'admin',
        errors: ['forbidden', 'invalid', 'taken', 'conflict', 'gone', 'unsupported', 'too_large'],
        signedIn: 'required',
        repeatable: true,
        body: NewAccountBody,
        response: { 201: ref(AdminAccountSchema) },
        sends: ['Location'],
      }),
    },
    async (request, reply) => {
      const actor = await actorOf(request);
      const { password = null, email = null, displayName = null, role = 'user' } = request.body;
      const made = await accountAdmin.create(actor, {
        username: request.body.username,
        password,
        email,
        displayName,
        role,
        idempotencyKey: idempotencyKey(request),
      });
      reply.code(201).header('location', `${publicUrl}/v2/admin/accounts/${made.id}`);
      return presentRecord(made);
    },
  );

  app.get(
    '/admin/accounts/:id',
    {
      schema: operation({
        id: 'readAccount',
        summary: 'Read an account',
        description: 'For moderators and admins.',
        tag: 'admin',
        errors: ['forbidden', 'not_found', 'invalid'],
        signedIn: 'required',
        params: AccountParams,
        response: { 200: ref(AdminAccountSchema) },
      }),
    },
    async (request) => {
      const actor = await actorOf(request);
      return presentRecord(await accountAdmin.read(actor, request.params.id));
    },
  );

  app.patch(
    '/admin/accounts/:id',
    {
      schema: operation({
        id: 'updateAccount',
        summary: 'Disable or enable an account, change its role, force a new password',
        description:
          'Moderators disable and enable users; admins do all of it to all but themselves. Effective at the next request, in every process. There is always an admin left (`conflict`).',
        tag: 'admin',
        errors: ['forbidden', 'not_found', 'invalid', 'conflict', 'unsupported', 'too_large'],
        signedIn: 'required',
        params: AccountParams,
        body: AccountChangeBody,
        response: { 200: ref(AdminAccountSchema) },
      }),
    },
    async (request) => {
      const actor = await actorOf(request);
      checkNotEmpty(request.body);
      return presentRecord(await accountAdmin.change(actor, request.params.id, request.body));
    },
  );

  app.delete(
    '/admin/accounts/:id',
    {
      schema: operation({
        id: 'deleteAccount',
        summary: 'Close an account, with all that it has posted',
        description: 'For admins; not for their own account (`conflict`).',
        tag: 'admin',
        errors: ['forbidden', 'not_found', 'invalid', 'conflict'],
        signedIn: 'required',
        params: AccountParams,
        response: { 204: NoContent },
      }),
    },
    async (request, reply) => {
      await accountAdmin.remove(await actorOf(request), request.params.id);
      return reply.code(204).send();
    },
  );

  app.get(
    '/admin/audit-log',
    {
      schema: operation({
        id: 'listAuditLog',
        summary: 'Who got in, and who changed that, the latest first',
        description: 'For admins. Entries are kept for a year, also of accounts that are gone.',
        tag: 'admin',
        errors: ['forbidden', 'invalid'],
        signedIn: 'required',
        querystring: AuditQuery,
        response: { 200: ref(AuditEntryPageSchema) },
        sends: ['Link'],
      }),
    },
    async (request, reply) => {
      const actor = await actorOf(request);
      const { accountId, action } = request.query;
      const page = pageRequest('entries', request.query);
      const list = await auditLog.list(actor, { accountId, action }, page);
      linkNext(request, reply, publicUrl, list.nextCursor);
      return presentEntries(list);
    },
  );
}
