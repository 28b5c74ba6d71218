import { NoContent } from './fields.ts';
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
import { route, type V2App } from './route.ts';

export function groupEventRoutes(app: V2App): void {
  const { eventTemplates, groupEvents } = app.services;

  route(
    app,
    {
      at: 'GET /admin/event-templates',
      id: 'listEventTemplates',
      summary: 'Event templates, the newest first',
      description: 'For admins.',
      tag: 'groups',
      signedIn: 'required',
      authority: 'govern',
      page: 'templates',
      response: { 200: EventTemplatePageSchema },
    },
    async ({ actor, page }) => presentTemplates(await eventTemplates.list(actor, page)),
  );

  route(
    app,
    {
      at: 'POST /admin/event-templates',
      id: 'createEventTemplate',
      summary: 'Make an event template',
      description:
        'For admins. No two templates have the same name, so a repeat makes no second one.',
      tag: 'groups',
      signedIn: 'required',
      authority: 'govern',
      body: EventTemplateBody,
      response: { 201: EventTemplateSchema },
      errors: ['taken'],
    },
    async ({ actor, body }) => presentTemplate(await eventTemplates.create(actor, body)),
  );

  route(
    app,
    {
      at: 'DELETE /admin/event-templates/:id',
      id: 'deleteEventTemplate',
      summary: 'Delete an event template',
      description: 'For admins. Events that were made of it stay as they are.',
      tag: 'groups',
      signedIn: 'required',
      authority: 'govern',
      params: EventTemplateParams,
      response: { 204: NoContent },
      errors: ['not_found'],
    },
    ({ actor, params }) => eventTemplates.remove(actor, params.id),
  );

  route(
    app,
    {
      at: 'GET /admin/groups/:id/events',
      id: 'listGroupEvents',
      summary: 'Events that a group was told of, the newest first',
      description: 'For admins. They are kept for a year.',
      tag: 'groups',
      signedIn: 'required',
      authority: 'govern',
      params: GroupParams,
      page: 'sent-events',
      response: { 200: GroupEventPageSchema },
      errors: ['not_found'],
    },
    async ({ actor, params, page }) =>
      presentGroupEvents(await groupEvents.list(actor, params.id, page)),
  );

  route(
    app,
    {
      at: 'POST /admin/groups/:id/events',
      id: 'createGroupEvent',
      summary: 'Tell the members of a group of an event, by push',
      description:
        'For admins. All devices of all members but your own are told in the background, each once. 60 an hour and group.',
      tag: 'groups',
      signedIn: 'required',
      authority: 'govern',
      repeatable: true,
      params: GroupParams,
      body: GroupEventBody,
      response: { 202: GroupEventSchema },
      errors: ['not_found', 'conflict', 'gone'],
    },
    async ({ actor, params, body, idempotencyKey }) =>
      presentGroupEvent(await groupEvents.create(actor, params.id, { ...body, idempotencyKey })),
  );
}
