import { Type } from 'typebox';
import { email, longId, NoContent } from './fields.ts';
import { InviteSchema, PendingInviteListSchema } from './invite-wire.ts';
import { route, type V2App } from './route.ts';

const InviteBody = Type.Object(
  { email: Type.Optional(email) },
  { additionalProperties: false, examples: [{ email: 'carla@example.com' }] },
);

const InviteParams = Type.Object({ id: longId('Number of the invite.') });

export function inviteRoutes(app: V2App): void {
  const { invites } = app.services;

  route(
    app,
    {
      at: 'POST /invites',
      id: 'createInvite',
      summary: 'Invite somebody, as a moderator or admin',
      description:
        'The token makes one account, by `invite` of the sign-up, within seven days and although sign-ups are closed. With an `email`, only for that address. It is shown once, and sent to nobody. It ends when you lose the right to invite. At most a hundred of yours wait at a time (`conflict`).',
      tag: 'accounts',
      signedIn: 'required',
      authority: 'invite',
      body: InviteBody,
      response: { 201: InviteSchema },
      errors: ['conflict'],
    },
    ({ viewer, body, request }) =>
      invites.create({ who: viewer, address: request.ip }, { email: body.email ?? null }),
  );

  route(
    app,
    {
      at: 'GET /invites',
      id: 'listInvites',
      summary: 'Invites that nobody has used yet, the newest first',
      description: 'Moderators see their own, admins those of everybody, at most a thousand.',
      tag: 'accounts',
      signedIn: 'required',
      authority: 'invite',
      response: { 200: PendingInviteListSchema },
    },
    async ({ viewer }) => ({ items: await invites.list({ who: viewer }) }),
  );

  route(
    app,
    {
      at: 'DELETE /invites/:id',
      id: 'revokeInvite',
      summary: 'Revoke an invite that nobody has used yet',
      description: 'Moderators revoke their own, admins those of everybody.',
      tag: 'accounts',
      signedIn: 'required',
      authority: 'invite',
      params: InviteParams,
      response: { 204: NoContent },
      errors: ['not_found'],
    },
    ({ viewer, params, request }) =>
      invites.revoke({ who: viewer, address: request.ip }, params.id),
  );
}
