import { datedPageRequest } from '../../domain/paging.ts';
import type { ContractApp, RouteContext } from '../contract.ts';
import { actorFrom } from './actor.ts';
import { NoContent, PageQuery, ref } from './fields.ts';
import {
  EventTemplateBody,
  EventTemplatePageSchema,
  EventTemplateParams,
  EventTemplateSchema,
  GroupEventBody,
  GroupEventPageSchema,
  GroupEventSchema,
  GroupParams,
  presentGroupEvent,
  presentGroupEvents,
  presentTemplate,
  presentTemplates,
} from './group-wire.ts';
import { idempotencyKey, linkNext, operation } from './operation.ts';

export function groupEventRoutes(
  app: ContractApp,
  { services, publicUrl, viewer }: RouteContext,
): void {
  const { eventTemplates, groupEvents } = services;
  const actorOf = actorFrom(viewer);

  app.get(
    '/admin/event-templates',
    {
      schema: operation({
        id: 'listEventTemplates',
        summary: 'Event templates, the newest first',
        description: 'For admins.',
        tag: 'groups',
        errors: ['forbidden'],
        signedIn: 'required',
        querystring: PageQuery,
        response: { 200: ref(EventTemplatePageSchema) },
        sends: ['Link'],
      }),
    },
    async (request, reply) => {
      const actor = await actorOf(request);
      const list = await eventTemplates.list(actor, datedPageRequest('templates', request.query));
      linkNext(request, reply, publicUrl, list.nextCursor);
      return presentTemplates(list);
    },
  );

  app.post(
    '/admin/event-templates',
    {
      schema: operation({
        id: 'createEventTemplate',
        summary: 'Make an event template',
        description:
          'For admins. No two templates have the same name, so a repeat makes no second one.',
        tag: 'groups',
        errors: ['forbidden', 'taken', 'unsupported', 'too_large'],
        signedIn: 'required',
        body: EventTemplateBody,
        response: { 201: ref(EventTemplateSchema) },
      }),
    },
    async (request, reply) => {
      const actor = await actorOf(request);
      const template = await eventTemplates.create(actor, request.body);
      reply.code(201);
      return presentTemplate(template);
    },
  );

  app.delete(
    '/admin/event-templates/:id',
    {
      schema: operation({
        id: 'deleteEventTemplate',
        summary: 'Delete an event template',
        description: 'For admins. Events that were made of it stay as they are.',
        tag: 'groups',
        errors: ['forbidden', 'not_found'],
        signedIn: 'required',
        params: EventTemplateParams,
        response: { 204: NoContent },
      }),
    },
    async (request, reply) => {
      await eventTemplates.remove(await actorOf(request), request.params.id);
      return reply.code(204).send();
    },
  );

  app.get(
    '/admin/groups/:id/events',
    {
      schema: operation({
        id: 'listGroupEvents',
        summary: 'Events that a group was told of, the newest first',
        description: 'For admins. They are kept for a year.',
        tag: 'groups',
        errors: ['forbidden', 'not_found'],
        signedIn: 'required',
        params: GroupParams,
        querystring: PageQuery,
        response: { 200: ref(GroupEventPageSchema) },
        sends: ['Link'],
      }),
    },
    async (request, reply) => {
      const actor = await actorOf(request);
      const page = datedPageRequest('sent-events', request.query);
      const list = await groupEvents.list(actor, request.params.id, page);
      linkNext(request, reply, publicUrl, list.nextCursor);
      return presentGroupEvents(list);
    },
  );

  app.post(
    '/admin/groups/:id/events',
    {
      schema: operation({
        id: 'createGroupEvent',
        summary: 'Tell the members of a group of an event, by push',
        description:
          'For admins. All devices of all members but your own are told in the background, each once. 60 an hour and group.',
        tag: 'groups',
        errors: ['forbidden', 'not_found', 'conflict', 'gone', 'unsupported', 'too_large'],
        signedIn: 'required',
        repeatable: true,
        params: GroupParams,
        body: GroupEventBody,
        response: { 202: ref(GroupEventSchema) },
      }),
    },
    async (request, reply) => {
      const actor = await actorOf(request);
      const event = { ...request.body, idempotencyKey: idempotencyKey(request) };
      const made = await groupEvents.create(actor, request.params.id, event);
      reply.code(202);
      return presentGroupEvent(made);
    },
  );
}
