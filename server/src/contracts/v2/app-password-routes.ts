import { Type } from 'typebox';
import { AppPasswordListSchema, NewAppPasswordSchema } from './app-password-wire.ts';
import { IdParams, nameField } from './credential-wire.ts';
import { NoContent } from './fields.ts';
import { ownerErrors, ownerProof, ownerProofIn } from './owner-proof-wire.ts';
import { route, type V2App } from './route.ts';

const AddBody = Type.Object(
  { name: nameField, ...ownerProof },
  {
    additionalProperties: false,
    examples: [{ name: 'Old client', password: 'a long walk at dusk' }],
  },
);

export function appPasswordRoutes(app: V2App): void {
  const { appPasswords } = app.services;

  route(
    app,
    {
      at: 'POST /me/app-passwords',
      id: 'addAppPassword',
      summary: 'Make a password for one program',
      description:
        'For programs that cannot ask for a second factor: it stands in place of the password wherever one signs in. Its sessions change nothing about how to get into the account, do not close it, and have the rights of a user whatever its role.',
      tag: 'app-passwords',
      signedIn: 'required',
      body: AddBody,
      response: { 201: NewAppPasswordSchema },
      errors: [...ownerErrors, 'conflict'],
    },
    ({ viewer, body, request }) =>
      appPasswords.add(viewer, { name: body.name, ...ownerProofIn(body, request.ip) }),
  );

  route(
    app,
    {
      at: 'GET /me/app-passwords',
      id: 'listAppPasswords',
      summary: 'Your app passwords',
      tag: 'app-passwords',
      signedIn: 'required',
      response: { 200: AppPasswordListSchema },
    },
    async ({ viewer }) => ({ items: await appPasswords.list(viewer) }),
  );

  route(
    app,
    {
      at: 'DELETE /me/app-passwords/:id',
      id: 'removeAppPassword',
      summary: 'Take an app password away',
      description: 'The sessions that were opened with it end at once.',
      tag: 'app-passwords',
      signedIn: 'required',
      params: IdParams,
      response: { 204: NoContent },
      errors: ['forbidden', 'not_found'],
    },
    ({ viewer, params, request }) =>
      appPasswords.remove(viewer, { id: params.id, address: request.ip }),
  );
}
