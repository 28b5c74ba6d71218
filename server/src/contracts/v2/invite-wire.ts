import { Type } from 'typebox';
import { id, longId, nullable, ref } from './fields.ts';

const sampleInvite = {
  id: 12,
  email: null,
  madeBy: 1,
  createdAt: '2026-06-01T12:00:00.000Z',
  expiresAt: '2026-06-08T12:00:00.000Z',
};

const pending = {
  id: longId('Number of the invite.'),
  email: nullable(Type.String({ description: 'The only address that it is for.' })),
  madeBy: nullable(id('Number of the account that made it; null for the command line.')),
  createdAt: Type.String({ format: 'date-time', description: 'When it was made.' }),
  expiresAt: Type.String({ format: 'date-time', description: 'When it ends unless it is used.' }),
};

export const InviteSchema = Type.Object(
  {
    ...pending,
    token: Type.String({ description: 'For `invite` of the sign-up; works once.' }),
  },
  {
    $id: 'Invite',
    description: 'Lets one person sign up.',
    examples: [{ ...sampleInvite, token: '12.5e884898da28047151d0e56f8dc62927' }],
  },
);

const PendingInviteSchema = Type.Object(pending, {
  $id: 'PendingInvite',
  description: 'An invite that nobody has used yet.',
  examples: [sampleInvite],
});

export const PendingInviteListSchema = Type.Object(
  { items: Type.Array(ref(PendingInviteSchema)) },
  {
    $id: 'PendingInviteList',
    description: 'Invites that nobody has used yet, the newest first.',
    examples: [{ items: [sampleInvite] }],
  },
);

/** What the OpenAPI document names of invites. */
export const inviteSchemas = [InviteSchema, PendingInviteSchema, PendingInviteListSchema];
