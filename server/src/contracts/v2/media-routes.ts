import { Type } from 'typebox';
import { maxAltLength } from '../../domain/media/media.ts';
import type { OwnMediaView } from '../../domain/media/own-media-service.ts';
import type { Viewer } from '../../domain/viewer.ts';
import { sendVariant } from '../file-response.ts';
import { accountPresenter, MeSchema } from './account-wire.ts';
import { NoContent, rowId, text } from './fields.ts';
import { MediaSchema, mediaPresenter } from './media-wire.ts';
import { AvatarForm, PictureForm, readPictureForm } from './picture-form.ts';
import { headerRefs } from './response-headers.ts';
import { route, type V2App } from './route.ts';
import { imageSigner, imageTarget, signatureQuery } from './signed-links.ts';

const VariantParams = Type.Object({
  key: Type.String({ pattern: '^[0-9a-f]{32}$' }),
  size: Type.String({ maxLength: 20, description: 'small, medium, large, animated or original' }),
});

const bytes = { schema: { type: 'string', format: 'binary' } };
const image = { 'image/jpeg': bytes, 'image/png': bytes, 'image/webp': bytes };

const imageResponses = {
  200: { description: 'The whole picture.', content: image },
  206: {
    description: 'The part of the picture that `Range` asks for.',
    headers: headerRefs(['ETag', 'Cache-Control', 'Accept-Ranges', 'Content-Range']),
    content: image,
  },
  304: {
    description: 'The client has this picture: `If-None-Match` names its ETag.',
    headers: headerRefs(['ETag', 'Cache-Control']),
  },
};

const MediaParams = Type.Object({ id: rowId });

const MediaChangeBody = Type.Object(
  {
    alt: text({
      maxLength: maxAltLength,
      description: 'What the picture shows, for those who do not see it.',
    }),
  },
  { additionalProperties: false, examples: [{ alt: 'A dune at noon, seen from the sea' }] },
);

/** One year; the bytes behind a key never change. */
const longCache = 'public, max-age=31536000, immutable';
/** Of a redirect: shorter than the address behind it lives. */
const shortCache = 'public, max-age=60';
const noCache = 'private, no-store';
/** The browser may keep it, and asks each time whether it may still show it. */
const askedCache = 'private, no-cache';

export function mediaRoutes(app: V2App): void {
  const { accounts, media, ownMedia } = app.services;
  const { me } = accountPresenter(app.publicUrl);
  const present = mediaPresenter(app.publicUrl, imageSigner(app.services));
  const uploads = { max: 60, timeWindow: '1 minute' };

  route(
    app,
    {
      at: 'POST /media',
      id: 'uploadMedia',
      summary: 'Upload a picture',
      description:
        'A form with `file` (JPEG, PNG, GIF, WebP, AVIF or HEIC), and perhaps `alt` and `keepLocation`. Camera and date are read from its EXIF. Its sizes and its blurhash follow in the background.',
      tag: 'media',
      signedIn: 'required',
      repeatable: true,
      form: PictureForm,
      response: { 201: MediaSchema },
      errors: ['conflict', 'gone'],
      rateLimit: uploads,
    },
    async ({ viewer, request, idempotencyKey }) => {
      const upload = {
        ...(await readPictureForm(request, media)),
        purpose: 'post' as const,
        idempotencyKey,
      };
      return present(await media.keep(viewer, upload), viewer);
    },
  );

  route(
    app,
    {
      at: 'GET /media/:id',
      id: 'readMedia',
      summary: 'Read how far a picture of yours is',
      tag: 'media',
      signedIn: 'required',
      params: MediaParams,
      response: { 200: MediaSchema },
      errors: ['not_found'],
    },
    async ({ viewer, params }) => presentOwn(await ownMedia.read(viewer, params.id), viewer),
  );

  route(
    app,
    {
      at: 'PATCH /media/:id',
      id: 'updateMedia',
      summary: 'Change what a picture of yours is said to show',
      description: 'Also after it was posted: the post shows the new text at once.',
      tag: 'media',
      signedIn: 'required',
      params: MediaParams,
      body: MediaChangeBody,
      response: { 200: MediaSchema },
      errors: ['not_found'],
    },
    async ({ viewer, params, body }) =>
      presentOwn(await ownMedia.setAlt(viewer, params.id, body.alt), viewer),
  );

  route(
    app,
    {
      at: 'DELETE /media/:id',
      id: 'deleteMedia',
      summary: 'Delete an upload of yours that nothing uses',
      description:
        'Refused with `conflict` while a post, a draft or your profile uses it. Repeating it within a day is harmless. An upload that no post takes goes by itself after a day.',
      tag: 'media',
      signedIn: 'required',
      params: MediaParams,
      response: { 204: NoContent },
      errors: ['not_found', 'conflict'],
    },
    ({ viewer, params }) => ownMedia.remove(viewer, params.id),
  );

  route(
    app,
    {
      at: 'GET /media/:key/:size',
      id: 'fetchImage',
      summary: 'Fetch one size of a picture',
      description:
        'Open to all once a published post shows it, and then cached for long; before that for its owner alone, by a token or by the signed address that a Media has. `original` is the whole picture, upright and without metadata, to be kept under its file name. Answers ranges and `If-None-Match`. May redirect to an address of the storage that lives for minutes.',
      tag: 'media',
      signedIn: 'if-needed',
      link: ({ key = '', size = '' }) => imageTarget(key, size),
      params: VariantParams,
      query: Type.Object(signatureQuery),
      response: {},
      errors: ['not_found', 'range_not_satisfiable'],
      servesFiles: true,
      sends: ['ETag', 'Cache-Control', 'Accept-Ranges'],
      otherResponses: imageResponses,
    },
    async ({ readViewer, params: { key, size }, query: { signature }, request, reply }) => {
      const variant = await media.findVariant(key, size, readViewer);
      const saved = variant.downloadName === null ? {} : { savedAs: variant.downloadName };
      // A shared cache must not keep what was asked for by a secret, even when it has become public.
      if (signature !== undefined) {
        return sendVariant(request, reply, variant, { cacheControl: askedCache, ...saved });
      }
      return sendVariant(request, reply, variant, {
        cacheControl: variant.isPublic ? longCache : noCache,
        redirectCacheControl: shortCache,
        ...saved,
      });
    },
  );

  route(
    app,
    {
      at: 'PUT /me/avatar',
      id: 'setAvatar',
      summary: 'Set your profile picture',
      description:
        'A form with `file`. The picture appears when its sizes are ready, usually within seconds.',
      tag: 'accounts',
      signedIn: 'required',
      repeatable: true,
      form: AvatarForm,
      response: { 200: MeSchema },
      errors: ['conflict', 'gone'],
      rateLimit: uploads,
    },
    async ({ viewer, request, idempotencyKey }) => {
      const upload = { ...(await readPictureForm(request, media)), purpose: 'avatar' as const };
      await media.keep(viewer, { ...upload, idempotencyKey });
      return me(await accounts.readMe(viewer));
    },
  );

  route(
    app,
    {
      at: 'DELETE /me/avatar',
      id: 'removeAvatar',
      summary: 'Remove your profile picture',
      tag: 'accounts',
      signedIn: 'required',
      response: { 200: MeSchema },
    },
    async ({ viewer }) => {
      await media.removeAvatar(viewer);
      return me(await accounts.readMe(viewer));
    },
  );

  function presentOwn(of: OwnMediaView, who: Viewer) {
    return present(of, of.isForAll ? null : who);
  }
}
