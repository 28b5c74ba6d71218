import { Type } from 'typebox';
import type { ContractApp, Surroundings } from '../contract.ts';
import { operation } from './operation.ts';
import { email, InviteSchema, ref } from './wire.ts';

const InviteBody = Type.Object(
  { email: Type.Optional(email) },
  { additionalProperties: false, examples: [{ email: 'carla@example.com' }] },
);

export function inviteRoutes(app: ContractApp, { services, viewer }: Surroundings): void {
  const { invites } = services;

  app.post(
    '/invites',
    {
      schema: operation({
        id: 'createInvite',
        summary: 'Invite somebody, as a moderator or admin',
        description:
          'The token makes one account, by `invite` of the sign-up, within seven days and although sign-ups are closed. With an `email`, only for that address. It is shown once, and sent to nobody.',
        tag: 'accounts',
        errors: ['invalid', 'forbidden', 'unsupported', 'too_large'],
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
}
