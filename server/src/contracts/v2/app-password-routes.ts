import { Type } from 'typebox';
import type { ContractApp, RouteContext } from '../contract.ts';
import { AppPasswordListSchema, NewAppPasswordSchema } from './app-password-wire.ts';
import { IdParams, nameField } from './credential-wire.ts';
import { NoContent, ref } from './fields.ts';
import { operation } from './operation.ts';
import { ownerErrors, ownerProof, ownerProofIn } from './owner-proof-wire.ts';

const AddBody = Type.Object(
  { name: nameField, ...ownerProof },
  {
    additionalProperties: false,
    examples: [{ name: 'Old client', password: 'a long walk at dusk' }],
  },
);

export function appPasswordRoutes(app: ContractApp, { services, viewer }: RouteContext): void {
  const { appPasswords } = services;

  app.post(
    '/me/app-passwords',
    {
      schema: operation({
        id: 'addAppPassword',
        summary: 'Make a password for one program',
        description:
          'For programs that cannot ask for a second factor: it stands in place of the password wherever one signs in. Its sessions change nothing about how to get into the account, do not close it, and have the rights of a user whatever its role.',
        tag: 'app-passwords',
        errors: [...ownerErrors, 'conflict'],
        signedIn: 'required',
        body: AddBody,
        response: { 201: ref(NewAppPasswordSchema) },
      }),
    },
    async (request, reply) => {
      const given = { name: request.body.name, ...ownerProofIn(request) };
      const made = await appPasswords.add(await viewer(request), given);
      reply.code(201);
      return made;
    },
  );

  app.get(
    '/me/app-passwords',
    {
      schema: operation({
        id: 'listAppPasswords',
        summary: 'Your app passwords',
        tag: 'app-passwords',
        errors: [],
        signedIn: 'required',
        response: { 200: ref(AppPasswordListSchema) },
      }),
    },
    async (request) => ({ items: await appPasswords.list(await viewer(request)) }),
  );

  app.delete(
    '/me/app-passwords/:id',
    {
      schema: operation({
        id: 'removeAppPassword',
        summary: 'Take an app password away',
        description: 'The sessions that were opened with it end at once.',
        tag: 'app-passwords',
        errors: ['forbidden', 'not_found', 'invalid'],
        signedIn: 'required',
        params: IdParams,
        response: { 204: NoContent },
      }),
    },
    async (request, reply) => {
      const { id } = request.params;
      await appPasswords.remove(await viewer(request), { id, address: request.ip });
      return reply.code(204).send();
    },
  );
}
