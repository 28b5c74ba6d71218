import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { DomainError, invalid } from '../../domain/errors.ts';
import { maxAltLength } from '../../domain/media/media.ts';
import type { Upload } from '../../domain/media/media-service.ts';
import type { OwnMediaView } from '../../domain/media/own-media-service.ts';
import type { StagedBlob } from '../../domain/ports.ts';
import type { Viewer } from '../../domain/viewer.ts';
import type { ContractApp, RouteContext } from '../contract.ts';
import { sendVariant, servesFiles } from '../file-response.ts';
import { accountPresenter, MeSchema } from './account-wire.ts';
import { NoContent, ref, text } from './fields.ts';
import { MediaSchema, mediaPresenter } from './media-wire.ts';
import { idempotencyKey, operation } from './operation.ts';
import { headerRefs } from './response-headers.ts';
import { imageSigner, imageTarget, signatureQuery, viewerByLink } from './signed-links.ts';
import { isPlainText } from './validator.ts';

const VariantParams = Type.Object({
  key: Type.String({ pattern: '^[0-9a-f]{32}$' }),
  size: Type.String({ maxLength: 20, description: 'small, medium, large, animated or original' }),
});

const file = Type.String({ format: 'binary', description: 'JPEG, PNG, GIF, WebP, AVIF or HEIC.' });

const PictureForm = Type.Object(
  {
    file,
    alt: Type.Optional(
      Type.String({ description: 'What the picture shows, for those who do not see it.' }),
    ),
    keepLocation: Type.Optional(
      Type.Enum(['true', 'false'], {
        description:
          'Whether the place in the EXIF of the photo is kept and shown with it. Default: false; then it is dropped.',
      }),
    ),
  },
  { examples: [{ file: 'the bytes of dune.jpg', alt: 'A dune at noon', keepLocation: 'false' }] },
);

const AvatarForm = Type.Object({ file }, { examples: [{ file: 'the bytes of alice.jpg' }] });

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

const MediaParams = Type.Object({ id: Type.Integer({ minimum: 1, maximum: 2147483647 }) });

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

export function mediaRoutes(app: ContractApp, context: RouteContext): void {
  const { services, publicUrl, viewer } = context;
  const { accounts, media, ownMedia } = services;
  const { me } = accountPresenter(publicUrl);
  const present = mediaPresenter(publicUrl, imageSigner(services));
  const uploads = { rateLimit: { max: 60, timeWindow: '1 minute' } };

  app.post(
    '/media',
    {
      schema: operation({
        id: 'uploadMedia',
        summary: 'Upload a picture',
        description:
          'A form with `file` (JPEG, PNG, GIF, WebP, AVIF or HEIC), and perhaps `alt` and `keepLocation`. Camera and date are read from its EXIF. Its sizes and its blurhash follow in the background.',
        tag: 'media',
        errors: ['invalid', 'too_large', 'unsupported', 'conflict', 'gone'],
        signedIn: 'required',
        repeatable: true,
        form: PictureForm,
        response: { 201: ref(MediaSchema) },
      }),
      config: uploads,
    },
    async (request, reply) => {
      const who = await viewer(request);
      const upload = { ...(await readForm(request)), purpose: 'post' as const };
      reply.code(201);
      return present(await media.keep(who, upload), who);
    },
  );

  app.get(
    '/media/:id',
    {
      schema: operation({
        id: 'readMedia',
        summary: 'Read how far a picture of yours is',
        tag: 'media',
        errors: ['not_found', 'invalid'],
        signedIn: 'required',
        params: MediaParams,
        response: { 200: ref(MediaSchema) },
      }),
    },
    async (request) => {
      const who = await viewer(request);
      return presentOwn(await ownMedia.read(who, request.params.id), who);
    },
  );

  app.patch(
    '/media/:id',
    {
      schema: operation({
        id: 'updateMedia',
        summary: 'Change what a picture of yours is said to show',
        description: 'Also after it was posted: the post shows the new text at once.',
        tag: 'media',
        errors: ['not_found', 'invalid'],
        signedIn: 'required',
        params: MediaParams,
        body: MediaChangeBody,
        response: { 200: ref(MediaSchema) },
      }),
    },
    async (request) => {
      const who = await viewer(request);
      return presentOwn(await ownMedia.setAlt(who, request.params.id, request.body.alt), who);
    },
  );

  app.delete(
    '/media/:id',
    {
      schema: operation({
        id: 'deleteMedia',
        summary: 'Delete an upload of yours that nothing uses',
        description:
          'Refused with `conflict` while a post, a draft or your profile uses it. Repeating it within a day is harmless. An upload that no post takes goes by itself after a day.',
        tag: 'media',
        errors: ['not_found', 'conflict'],
        signedIn: 'required',
        params: MediaParams,
        response: { 204: NoContent },
      }),
    },
    async (request, reply) => {
      await ownMedia.remove(await viewer(request), request.params.id);
      return reply.code(204).send();
    },
  );

  app.get(
    '/media/:key/:size',
    {
      schema: operation({
        id: 'fetchImage',
        summary: 'Fetch one size of a picture',
        description:
          'Open to all once a published post shows it, and then cached for long; before that for its owner alone, by a token or by the signed address that a Media has. `original` is the whole picture, upright and without metadata, to be kept under its file name. Answers ranges and `If-None-Match`. May redirect to an address of the storage that lives for minutes.',
        tag: 'media',
        errors: ['not_found', 'invalid', 'range_not_satisfiable'],
        signedIn: 'optional',
        params: VariantParams,
        querystring: Type.Object(signatureQuery),
        isLinkable: true,
        response: {},
        sends: ['ETag', 'Cache-Control', 'Accept-Ranges'],
        otherResponses: imageResponses,
      }),
      config: servesFiles,
    },
    async (request, reply) => {
      const { key, size } = request.params;
      const { signature } = request.query;
      const link = { signature, target: imageTarget(key, size) };
      const variant = await media.findVariant(key, size, () =>
        viewerByLink(context, request, link),
      );
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

  app.put(
    '/me/avatar',
    {
      schema: operation({
        id: 'setAvatar',
        summary: 'Set your profile picture',
        description: 'A form with `file`. It shows as soon as its sizes are made, within moments.',
        tag: 'accounts',
        errors: ['invalid', 'too_large', 'unsupported', 'conflict', 'gone'],
        signedIn: 'required',
        form: AvatarForm,
        response: { 200: ref(MeSchema) },
      }),
      config: uploads,
    },
    async (request) => {
      const who = await viewer(request);
      await media.keep(who, { ...(await readForm(request)), purpose: 'avatar' });
      return me(await accounts.readMe(who));
    },
  );

  app.delete(
    '/me/avatar',
    {
      schema: operation({
        id: 'removeAvatar',
        summary: 'Remove your profile picture',
        tag: 'accounts',
        errors: [],
        signedIn: 'required',
        response: { 200: ref(MeSchema) },
      }),
    },
    async (request) => {
      const who = await viewer(request);
      await media.removeAvatar(who);
      return me(await accounts.readMe(who));
    },
  );

  function presentOwn(of: OwnMediaView, who: Viewer) {
    return present(of, of.isForAll ? null : who);
  }

  /** Reads the whole form; whatever is wrong with it, no staged file stays behind. */
  async function readForm(request: FastifyRequest): Promise<Omit<Upload, 'purpose'>> {
    if (!request.isMultipart()) {
      throw new DomainError('unsupported', 'Send the picture as a form: multipart/form-data.');
    }
    let file: StagedBlob | undefined;
    let fileName: string | undefined;
    let alt = '';
    let keepsLocation = false;
    const seen = new Set<string>();
    try {
      // One more file than is taken, so that a second one is refused by its name.
      for await (const part of request.parts({ limits: { files: 2 }, isPartAFile })) {
        if (seen.has(part.fieldname)) throw invalid(part.fieldname, 'stands twice in the form');
        seen.add(part.fieldname);
        if (part.type === 'file' && part.fieldname === 'file') {
          fileName = part.filename;
          file = await media.stage(part.file);
        } else if (part.type === 'field' && part.fieldname === 'alt') alt = textOf(part.value);
        else if (part.type === 'field' && part.fieldname === 'keepLocation') {
          keepsLocation = flagOf(part.value);
        } else throw invalid(part.fieldname?.slice(0, 100) || 'form', 'is not known here');
      }
      if (!file) throw invalid('file', 'is missing');
      return { file, fileName, alt, keepsLocation, idempotencyKey: idempotencyKey(request) };
    } catch (error) {
      await file?.discard();
      throw error;
    }
  }
}

function flagOf(value: unknown): boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  throw invalid('keepLocation', 'must be true or false');
}

/** Some clients give the picture no file name; the name of its part says what it is. */
function isPartAFile(name?: string, contentType?: string, filename?: string): boolean {
  return name === 'file' || filename !== undefined || contentType === 'application/octet-stream';
}

function textOf(value: unknown): string {
  // The parser of forms puts U+FFFD in the place of bytes that are no UTF-8.
  const isText = typeof value === 'string' && isPlainText(value) && !value.includes('\ufffd');
  if (isText) return value;
  throw invalid('alt', 'must be valid UTF-8 text without control characters');
}
