import { Type } from 'typebox';
import { id, NoContent, text } from './fields.ts';
import { route, type V2App } from './route.ts';

const RemovalBody = Type.Object(
  {
    reason: text({
      minLength: 1,
      maxLength: 500,
      description: 'One line; the author gets it by mail, and it is kept in the audit log.',
    }),
  },
  { additionalProperties: false, examples: [{ reason: 'Advertising is not allowed here.' }] },
);

const PostParams = Type.Object({ id: id('Number of the post.') });
const MediaParams = Type.Object({ id: id('Number of the picture.') });

export function moderationRoutes(app: V2App): void {
  const { moderation } = app.services;

  route(
    app,
    {
      at: 'DELETE /admin/posts/:id',
      id: 'removePost',
      summary: 'Remove a post of somebody else, and tell its author why',
      description:
        'For moderators and admins; only admins remove posts of moderators and admins. The post is gone everywhere at once and cannot be restored. Drafts are not found.',
      tag: 'admin',
      signedIn: 'required',
      authority: 'moderate',
      params: PostParams,
      body: RemovalBody,
      response: { 204: NoContent },
      errors: ['not_found'],
    },
    ({ actor, params, body }) => moderation.removePost(actor, params.id, body.reason),
  );

  route(
    app,
    {
      at: 'DELETE /admin/media/:id',
      id: 'removePicture',
      summary: 'Remove a picture of a post, or a profile picture, and tell its owner why',
      description:
        'For moderators and admins; only admins remove pictures of moderators and admins. A post without a text goes with its last picture. Pictures of drafts and unused uploads are not found.',
      tag: 'admin',
      signedIn: 'required',
      authority: 'moderate',
      params: MediaParams,
      body: RemovalBody,
      response: { 204: NoContent },
      errors: ['not_found'],
    },
    ({ actor, params, body }) => moderation.removePicture(actor, params.id, body.reason),
  );
}
