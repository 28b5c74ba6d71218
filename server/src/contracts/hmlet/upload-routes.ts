import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../../domain/errors.ts';
import type { NamedUpload } from '../../domain/posts/uploading.ts';
import { isKeepable, lengthOf } from '../../domain/text.ts';
import { type ContractApp, type RouteContext, WireFault } from '../contract.ts';
import { sendVariant, servesFiles } from '../file-response.ts';
import { firstFile, readForm, type Stage } from '../form-file.ts';
import { fieldsOf } from '../older.ts';
import { tokenFirst } from '../token-first.ts';
import { fault } from './wire.ts';

/** Of a whole request. */
const maxBytes = 16 * 1024 * 1024;
const maxNameLength = 255;
const limits = { files: 10, fields: 10, parts: 20, fileSize: maxBytes };
const noFile = 'No file part in the request';
const wrongType = 'Allowed file types are txt, pdf, png, jpg, jpeg, gif';

/** Pictures come in as drafts, and are fetched by their owner before anybody else may see them. */
export function uploadRoutes(app: ContractApp, { services, viewer }: RouteContext): void {
  const { media, originals, posts } = services;

  app.post(
    '/upload-photo',
    {
      schema: { operationId: 'uploadPhoto', summary: 'Upload a photo as a draft' },
      ...tokenFirst(viewer),
    },
    async (request, reply) => {
      const who = await viewer(request);
      if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
      const { id } = await posts.uploadDraft(who, await readUpload(request)).catch(refuseUpload);
      reply.code(201);
      return { message: 'File successfully uploaded', id };
    },
  );

  app.get(
    '/pictures/:key',
    {
      schema: {
        operationId: 'readPicture',
        summary: 'The picture of a draft of one’s own, or a file',
      },
      config: servesFiles,
    },
    async (request, reply) => {
      const key = String(fieldsOf(request.params).key);
      if (!isKeepable(key)) throw new DomainError('not_found', 'There is no such picture.');
      const document = await originals.findDocument(key, () => viewer(request));
      // Whatever the bytes are, a browser saves them and runs nothing of them.
      if (document)
        return sendVariant(request, reply, document, { savedAs: document.name ?? 'file' });
      const who = await viewer(request);
      const variant = await media.findVariant(key, 'large', async () => who);
      return sendVariant(request, reply, variant);
    },
  );

  async function readUpload(request: FastifyRequest): Promise<NamedUpload> {
    if (!request.isMultipart()) throw fault(noFile);
    const upload = await readForm(request, { limits }, media, (parts, stage) =>
      firstFile(
        parts,
        ({ fieldname, filename }) => fieldname === 'file' && filename !== undefined,
        (file) => uploadOf(file, stage),
      ),
    );
    if (!upload) throw fault(noFile);
    return upload;
  }
}

async function uploadOf(file: MultipartFile, stage: Stage): Promise<NamedUpload> {
  const name = nameOf(file.filename);
  const documentType = /\.pdf$/i.test(file.filename) ? 'application/pdf' : null;
  return { name, documentType, file: await stage(file) };
}

/** The name under which a file counts as the same: without folders, blanks and signs. */
function nameOf(filename: string): string {
  if (filename === '') throw fault('No file selected for uploading');
  if (!/\.(pdf|png|jpe?g|gif)$/i.test(filename)) throw fault(wrongType);
  if (lengthOf(filename) > maxNameLength) throw nameTooLong();
  const name = filename
    .normalize('NFKC')
    .split(/[\\/\s]+/)
    .filter((part) => part !== '')
    .join('_')
    .replace(/[^\p{L}\p{M}\p{N}_.-]/gu, '')
    .replace(/^[._]+/, '');
  if (lengthOf(name) > maxNameLength) throw nameTooLong();
  return name;
}

function refuseUpload(error: unknown): never {
  if (!(error instanceof DomainError)) throw error;
  if (error.code === 'taken') throw fault('File already Uploaded.');
  const isNoPicture = error.code === 'unsupported' || error.code === 'invalid';
  throw isNoPicture ? fault(wrongType) : error;
}

function nameTooLong(): WireFault {
  return fault('File name too long.');
}

function tooLarge(): WireFault {
  return new WireFault(413, { Error: 'The file is larger than 16 MiB.' });
}
