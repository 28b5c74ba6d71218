import { datedPageRequest } from '../../domain/paging.ts';
import type { ContractApp, RouteContext } from '../contract.ts';
import { actorFrom } from './actor.ts';
import { AdminAccountPageSchema, presentRecords } from './admin-wire.ts';
import { NoContent, PageQuery, ref } from './fields.ts';
import {
  GroupBody,
  GroupPageSchema,
  GroupParams,
  GroupSchema,
  MemberParams,
  presentGroup,
  presentGroups,
} from './group-wire.ts';
import { linkNext, operation } from './operation.ts';

export function groupRoutes(app: ContractApp, { services, publicUrl, viewer }: RouteContext): void {
  const { groups } = services;
  const actorOf = actorFrom(viewer);

  app.get(
    '/admin/groups',
    {
      schema: operation({
        id: 'listGroups',
        summary: 'Groups, the newest first',
        description: 'For admins.',
        tag: 'groups',
        errors: ['forbidden'],
        signedIn: 'required',
        querystring: PageQuery,
        response: { 200: ref(GroupPageSchema) },
        sends: ['Link'],
      }),
    },
    async (request, reply) => {
      const actor = await actorOf(request);
      const list = await groups.list(actor, datedPageRequest('groups', request.query));
      linkNext(request, reply, publicUrl, list.nextCursor);
      return presentGroups(list);
    },
  );

  app.post(
    '/admin/groups',
    {
      schema: operation({
        id: 'createGroup',
        summary: 'Make a group',
        description:
          'For admins. No two groups have the same name, so a repeat makes no second one.',
        tag: 'groups',
        errors: ['forbidden', 'taken', 'unsupported', 'too_large'],
        signedIn: 'required',
        body: GroupBody,
        response: { 201: ref(GroupSchema) },
      }),
    },
    async (request, reply) => {
      const actor = await actorOf(request);
      const group = await groups.create(actor, request.body.name);
      reply.code(201);
      return presentGroup(group);
    },
  );

  app.delete(
    '/admin/groups/:id',
    {
      schema: operation({
        id: 'deleteGroup',
        summary: 'Delete a group, with its events',
        description: 'For admins. Its members stay; who was not told of an event yet is not told.',
        tag: 'groups',
        errors: ['forbidden', 'not_found'],
        signedIn: 'required',
        params: GroupParams,
        response: { 204: NoContent },
      }),
    },
    async (request, reply) => {
      await groups.remove(await actorOf(request), request.params.id);
      return reply.code(204).send();
    },
  );

  app.get(
    '/admin/groups/:id/members',
    {
      schema: operation({
        id: 'listMembers',
        summary: 'Members of a group, the latest first',
        description: 'For admins.',
        tag: 'groups',
        errors: ['forbidden', 'not_found'],
        signedIn: 'required',
        params: GroupParams,
        querystring: PageQuery,
        response: { 200: ref(AdminAccountPageSchema) },
        sends: ['Link'],
      }),
    },
    async (request, reply) => {
      const actor = await actorOf(request);
      const page = datedPageRequest('members', request.query);
      const list = await groups.listMembers(actor, request.params.id, page);
      linkNext(request, reply, publicUrl, list.nextCursor);
      return presentRecords(list);
    },
  );

  app.put(
    '/admin/groups/:id/members/:accountId',
    {
      schema: operation({
        id: 'addMember',
        summary: 'Make an account a member of a group',
        description:
          'For admins. Harmless when it is one already; `conflict` when the group is full.',
        tag: 'groups',
        errors: ['forbidden', 'not_found', 'conflict'],
        signedIn: 'required',
        params: MemberParams,
        response: { 204: NoContent },
      }),
    },
    async (request, reply) => {
      const { id, accountId } = request.params;
      await groups.addMember(await actorOf(request), id, accountId);
      return reply.code(204).send();
    },
  );

  app.delete(
    '/admin/groups/:id/members/:accountId',
    {
      schema: operation({
        id: 'removeMember',
        summary: 'Take an account out of a group',
        description: 'For admins.',
        tag: 'groups',
        errors: ['forbidden', 'not_found'],
        signedIn: 'required',
        params: MemberParams,
        response: { 204: NoContent },
      }),
    },
    async (request, reply) => {
      const { id, accountId } = request.params;
      await groups.removeMember(await actorOf(request), id, accountId);
      return reply.code(204).send();
    },
  );
}
