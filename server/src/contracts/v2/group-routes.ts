import { AdminAccountPageSchema, presentRecords } from './admin-wire.ts';
import { NoContent } from './fields.ts';
import {
  GroupBody,
  GroupPageSchema,
  GroupParams,
  GroupSchema,
  MemberParams,
  presentGroup,
  presentGroups,
} from './group-wire.ts';
import { route, type V2App } from './route.ts';

export function groupRoutes(app: V2App): void {
  const { groups } = app.services;

  route(
    app,
    {
      at: 'GET /admin/groups',
      id: 'listGroups',
      summary: 'Groups, the newest first',
      description: 'For admins.',
      tag: 'groups',
      signedIn: 'required',
      authority: 'govern',
      page: 'groups',
      response: { 200: GroupPageSchema },
    },
    async ({ actor, page }) => presentGroups(await groups.list(actor, page)),
  );

  route(
    app,
    {
      at: 'POST /admin/groups',
      id: 'createGroup',
      summary: 'Make a group',
      description: 'For admins. No two groups have the same name, so a repeat makes no second one.',
      tag: 'groups',
      signedIn: 'required',
      authority: 'govern',
      body: GroupBody,
      response: { 201: GroupSchema },
      errors: ['taken'],
    },
    async ({ actor, body }) => presentGroup(await groups.create(actor, body.name)),
  );

  route(
    app,
    {
      at: 'DELETE /admin/groups/:id',
      id: 'deleteGroup',
      summary: 'Delete a group, with its events',
      description: 'For admins. Its members stay; who was not told of an event yet is not told.',
      tag: 'groups',
      signedIn: 'required',
      authority: 'govern',
      params: GroupParams,
      response: { 204: NoContent },
      errors: ['not_found'],
    },
    ({ actor, params }) => groups.remove(actor, params.id),
  );

  route(
    app,
    {
      at: 'GET /admin/groups/:id/members',
      id: 'listMembers',
      summary: 'Members of a group, the latest first',
      description: 'For admins.',
      tag: 'groups',
      signedIn: 'required',
      authority: 'govern',
      params: GroupParams,
      page: 'members',
      response: { 200: AdminAccountPageSchema },
      errors: ['not_found'],
    },
    async ({ actor, params, page }) =>
      presentRecords(await groups.listMembers(actor, params.id, page)),
  );

  route(
    app,
    {
      at: 'PUT /admin/groups/:id/members/:accountId',
      id: 'addMember',
      summary: 'Make an account a member of a group',
      description:
        'For admins. Harmless when it is one already; `conflict` when the group is full.',
      tag: 'groups',
      signedIn: 'required',
      authority: 'govern',
      params: MemberParams,
      response: { 204: NoContent },
      errors: ['not_found', 'conflict'],
    },
    ({ actor, params: { id, accountId } }) => groups.addMember(actor, id, accountId),
  );

  route(
    app,
    {
      at: 'DELETE /admin/groups/:id/members/:accountId',
      id: 'removeMember',
      summary: 'Take an account out of a group',
      description: 'For admins.',
      tag: 'groups',
      signedIn: 'required',
      authority: 'govern',
      params: MemberParams,
      response: { 204: NoContent },
      errors: ['not_found'],
    },
    ({ actor, params: { id, accountId } }) => groups.removeMember(actor, id, accountId),
  );
}
