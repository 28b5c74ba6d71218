import type { FastifyMultipartBaseOptions, Multipart, MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import type { MediaService } from '../domain/media/media-service.ts';
import type { StagedBlob } from '../domain/ports.ts';

/** Stages a file of the form that is being read. */
export type Stage = (file: MultipartFile) => Promise<StagedBlob>;

/**
 * Lets `read` go through the parts of a form. The files that it has staged are discarded when it throws, and when the form
 * ends early. @throws whatever `read` throws · an error of the parser
 */
export async function readForm<T>(
  request: FastifyRequest,
  options: Omit<FastifyMultipartBaseOptions, 'prefix'>,
  { stage }: Pick<MediaService, 'stage'>,
  read: (parts: AsyncIterable<Multipart>, stage: Stage) => Promise<T>,
): Promise<T> {
  const staged: StagedBlob[] = [];
  try {
    return await read(request.parts(options), async ({ file }) => {
      const blob = await stage(file);
      staged.push(blob);
      return blob;
    });
  } catch (error) {
    for (const blob of staged) await blob.discard();
    throw error;
  }
}

/** The first file that `isWanted`, as `take` makes it; other parts are read and dropped. Null when there is none. */
export async function firstFile<T>(
  parts: AsyncIterable<Multipart>,
  isWanted: (file: MultipartFile) => boolean,
  take: (file: MultipartFile) => Promise<T>,
): Promise<T | null> {
  let taken: T | null = null;
  for await (const part of parts) {
    if (part.type !== 'file') continue;
    if (taken === null && isWanted(part)) taken = await take(part);
    else part.file.resume();
  }
  return taken;
}
