import { type Static, Type } from 'typebox';
import { maxBodyLength } from '../../domain/devices/device.ts';
import type { EventTemplate } from '../../domain/groups/event-template.ts';
import { type Group, maxMembers } from '../../domain/groups/group.ts';
import type { GroupEvent } from '../../domain/groups/group-event.ts';
import type { Page } from '../../domain/paging.ts';
import { id, nullable, pageSchema, text, time } from './fields.ts';

const name = text({
  minLength: 1,
  maxLength: 100,
  description: 'No two have the same, in any case.',
});

export const GroupParams = Type.Object({ id: id('Number of the group.') });

export const MemberParams = Type.Object({
  id: id('Number of the group.'),
  accountId: id('Number of the account.'),
});

export const EventTemplateParams = Type.Object({ id: id('Number of the event template.') });

export const GroupBody = Type.Object(
  { name },
  { additionalProperties: false, examples: [{ name: 'Dune walkers' }] },
);

export const EventTemplateBody = Type.Object(
  {
    name,
    text: text({
      minLength: 1,
      maxLength: maxBodyLength,
      description: 'With up to three placeholders: `{1}`, `{2}`, `{3}`.',
    }),
  },
  {
    additionalProperties: false,
    examples: [{ name: 'New photos', text: 'New photos from {1}' }],
  },
);

export const GroupEventBody = Type.Object(
  {
    templateId: id('Number of the event template.'),
    values: Type.Array(
      text({ minLength: 1, maxLength: 100, description: 'For one placeholder.' }),
      {
        maxItems: 3,
        default: [],
        description: 'For `{1}`, `{2}` and `{3}`, as many as the template has.',
      },
    ),
  },
  { additionalProperties: false, examples: [{ templateId: 1, values: ['the dunes'] }] },
);

export const GroupSchema = Type.Object(
  {
    id: id('Number of the group.'),
    name: Type.String(),
    memberCount: Type.Integer({ description: `At most ${maxMembers}.` }),
    createdAt: time('When the group was made.'),
  },
  {
    $id: 'Group',
    description: 'Accounts that are told of the same events.',
    examples: [
      { id: 1, name: 'Dune walkers', memberCount: 2, createdAt: '2026-06-01T12:00:00.000Z' },
    ],
  },
);

export const EventTemplateSchema = Type.Object(
  {
    id: id('Number of the event template.'),
    name: Type.String(),
    text: Type.String({ description: 'With its placeholders.' }),
    createdAt: time('When the template was made.'),
  },
  {
    $id: 'EventTemplate',
    description: 'What is said of an event, but for the words that differ.',
    examples: [
      {
        id: 1,
        name: 'New photos',
        text: 'New photos from {1}',
        createdAt: '2026-06-01T12:00:00.000Z',
      },
    ],
  },
);

export const GroupEventSchema = Type.Object(
  {
    id: id('Number of the event.'),
    groupId: id('Number of the group.'),
    templateId: id('Number of its template, which may be gone.'),
    text: Type.String({ description: 'As the members read it.' }),
    creatorId: nullable(id('Who made it, and is not told; null for the command line.')),
    createdAt: time('When the event was made.'),
    pushedAt: nullable(
      time('When the push to the last member was set on its way; null until then.'),
    ),
  },
  {
    $id: 'GroupEvent',
    description: 'Something that the members of a group are told by push.',
    examples: [
      {
        id: 1,
        groupId: 1,
        templateId: 1,
        text: 'New photos from the dunes',
        creatorId: 1,
        createdAt: '2026-06-01T12:00:00.000Z',
        pushedAt: null,
      },
    ],
  },
);

export const GroupPageSchema = pageSchema(GroupSchema);
export const EventTemplatePageSchema = pageSchema(EventTemplateSchema);
export const GroupEventPageSchema = pageSchema(GroupEventSchema);

export const groupSchemas = [
  GroupSchema,
  GroupPageSchema,
  EventTemplateSchema,
  EventTemplatePageSchema,
  GroupEventSchema,
  GroupEventPageSchema,
];

export function presentGroup(of: Group): Static<typeof GroupSchema> {
  return of;
}

export function presentGroups(page: Page<Group>): Static<typeof GroupPageSchema> {
  return page;
}

export function presentTemplate(of: EventTemplate): Static<typeof EventTemplateSchema> {
  return of;
}

export function presentTemplates(
  page: Page<EventTemplate>,
): Static<typeof EventTemplatePageSchema> {
  return page;
}

export function presentGroupEvent(of: GroupEvent): Static<typeof GroupEventSchema> {
  return of;
}

export function presentGroupEvents(page: Page<GroupEvent>): Static<typeof GroupEventPageSchema> {
  return page;
}
