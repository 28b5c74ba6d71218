import { Type } from 'typebox';
import type { ContractApp, RouteContext } from '../contract.ts';
import { email, id, NoContent, ref } from './fields.ts';
import { InviteSchema, PendingInviteListSchema } from './invite-wire.ts';
import { operation } from './operation.ts';

const InviteBody = Type.Object(
  { email: Type.Optional(email) },
  { additionalProperties: false, examples: [{ email: 'carla@example.com' }] },
);

const InviteParams = Type.Object({ id: id('Number of the invite.') });

export function inviteRoutes(app: ContractApp, { services, viewer }: RouteContext): void {
  const { invites } = services;

  app.post(
    '/invites',
    {
      schema: operation({
        id: 'createInvite',
        summary: 'Invite somebody, as a moderator or admin',
        description:
          'The token makes one account, by `invite` of the sign-up, within seven days and although sign-ups are closed. With an `email`, only for that address. It is shown once, and sent to nobody. It ends when you lose the right to invite. At most a hundred of yours wait at a time (`conflict`).',
        tag: 'accounts',
        errors: ['invalid', 'forbidden', 'conflict', 'unsupported', 'too_large'],
        signedIn: 'required',
        body: InviteBody,
        response: { 201: ref(InviteSchema) },
      }),
    },
    async (request, reply) => {
      const who = await viewer(request);
      reply.code(201);
      return invites.create(who, request.body.email ?? null, request.ip);
    },
  );

  app.get(
    '/invites',
    {
      schema: operation({
        id: 'listInvites',
        summary: 'Invites that nobody has used yet, the newest first',
        description: 'Moderators see their own, admins those of everybody, at most a thousand.',
        tag: 'accounts',
        errors: ['forbidden'],
        signedIn: 'required',
        response: { 200: ref(PendingInviteListSchema) },
      }),
    },
    async (request) => ({ items: await invites.list(await viewer(request)) }),
  );

  app.delete(
    '/invites/:id',
    {
      schema: operation({
        id: 'revokeInvite',
        summary: 'Revoke an invite that nobody has used yet',
        description: 'Moderators revoke their own, admins those of everybody.',
        tag: 'accounts',
        errors: ['forbidden', 'not_found', 'invalid'],
        signedIn: 'required',
        params: InviteParams,
        response: { 204: NoContent },
      }),
    },
    async (request, reply) => {
      await invites.revoke(await viewer(request), request.params.id, request.ip);
      return reply.code(204).send();
    },
  );
}
