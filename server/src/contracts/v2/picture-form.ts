import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { DomainError, invalid } from '../../domain/errors.ts';
import type { MediaService } from '../../domain/media/media-service.ts';
import type { Upload } from '../../domain/media/taking.ts';
import type { StagedBlob } from '../../domain/ports.ts';
import { isPlainText } from './validator.ts';

type PictureUpload = Omit<Upload, 'purpose' | 'idempotencyKey'>;

const file = Type.String({ format: 'binary', description: 'JPEG, PNG, GIF, WebP, AVIF or HEIC.' });

export const PictureForm = Type.Object(
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

export const AvatarForm = Type.Object({ file }, { examples: [{ file: 'the bytes of alice.jpg' }] });

/** Reads the whole form; whatever is wrong with it, no staged file stays behind. */
export async function readForm(
  request: FastifyRequest,
  media: Pick<MediaService, 'stage'>,
): Promise<PictureUpload> {
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
    return { file, fileName, alt, keepsLocation };
  } catch (error) {
    await file?.discard();
    throw error;
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
