import type { Multipart } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { DomainError, invalid } from '../../domain/errors.ts';
import type { MediaService } from '../../domain/media/media-service.ts';
import type { Upload } from '../../domain/media/upload.ts';
import type { StagedBlob } from '../../domain/ports.ts';
import { readForm, type Stage } from '../form-file.ts';
import { isPlainText } from './validator.ts';

type PictureUpload = Omit<Upload, 'purpose' | 'idempotencyKey'>;

const file = Type.String({ format: 'binary', description: 'JPEG, PNG, GIF, WebP, AVIF or HEIC.' });

export const PictureForm = Type.Object(
  {
    file,
    alt: Type.Optional(
      Type.String({
        description: 'What the picture shows, for those who do not see it.',
        examples: ['A dune at noon'],
      }),
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

export const AvatarForm = Type.Object({ file }, { examples: [{ file: 'the bytes of alice.jpg' }] });

/** Reads the whole form. @throws DomainError `unsupported` · `invalid` (the part) · those of `media.stage` */
export async function readPictureForm(
  request: FastifyRequest,
  media: Pick<MediaService, 'stage'>,
): Promise<PictureUpload> {
  if (!request.isMultipart()) {
    throw new DomainError('unsupported', 'Send the picture as a form: multipart/form-data.');
  }
  // One more file than is taken, so that a second one is refused by its name.
  return readForm(request, { limits: { files: 2 }, isPartAFile }, media, pictureIn);
}

async function pictureIn(parts: AsyncIterable<Multipart>, stage: Stage): Promise<PictureUpload> {
  let file: StagedBlob | undefined;
  let fileName: string | undefined;
  let alt = '';
  let keepsLocation = false;
  const seen = new Set<string>();
  for await (const part of parts) {
    if (seen.has(part.fieldname)) throw invalid(part.fieldname, 'stands twice in the form');
    seen.add(part.fieldname);
    if (part.type === 'file' && part.fieldname === 'file') {
      fileName = part.filename;
      file = await stage(part);
    } else if (part.type === 'field' && part.fieldname === 'alt') alt = textOf(part.value);
    else if (part.type === 'field' && part.fieldname === 'keepLocation') {
      keepsLocation = flagOf(part.value);
    } else throw invalid(part.fieldname?.slice(0, 100) || 'form', 'is unknown');
  }
  if (!file) throw invalid('file', 'is missing');
  return { file, fileName, alt, keepsLocation };
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
