import {
  AccountPageSchema,
  accountPresenter,
  ProfileSchema,
  UsernameParams,
} from './account-wire.ts';
import { route, type V2App } from './route.ts';

export function blockRoutes(app: V2App): void {
  const { blocks } = app.services;
  const present = accountPresenter(app.publicUrl);

  route(
    app,
    {
      at: 'PUT /users/:username/block',
      id: 'block',
      summary: 'Block an account',
      description:
        'Neither of you sees the other in lists, follows the other, or is notified of the other, and they do not find you at all. Likes between you are removed. Doing it twice changes nothing.',
      tag: 'accounts',
      signedIn: 'required',
      params: UsernameParams,
      response: { 200: ProfileSchema },
      errors: ['not_found'],
    },
    async ({ viewer, params }) => present.profile(await blocks.block(viewer, params.username)),
  );

  route(
    app,
    {
      at: 'DELETE /users/:username/block',
      id: 'unblock',
      summary: 'Take a block back',
      description: 'Follows and likes do not come back. Doing it twice changes nothing.',
      tag: 'accounts',
      signedIn: 'required',
      params: UsernameParams,
      response: { 200: ProfileSchema },
      errors: ['not_found'],
    },
    async ({ viewer, params }) => present.profile(await blocks.unblock(viewer, params.username)),
  );

  route(
    app,
    {
      at: 'GET /me/blocks',
      id: 'listBlocks',
      summary: 'Whom you have blocked, the latest first',
      tag: 'accounts',
      signedIn: 'required',
      page: 'blocks',
      response: { 200: AccountPageSchema },
    },
    async ({ viewer, page }) => present.cards(await blocks.list(viewer, page)),
  );
}
