import { DomainError } from '../errors.ts';
import type { Images } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import { photoColumns } from './new-media-row.ts';
import type { Upload } from './upload.ts';

/** Columns that say what the bytes of an upload are. @throws DomainError as `Images.inspect` */
export async function factsOfUpload(
  images: Pick<Images, 'inspect'>,
  { accountId }: Viewer,
  { file, documentType = null, purpose, keepsLocation }: Upload,
) {
  try {
    const known = await images.inspect(file.path, accountId);
    const { contentType, width, height, isAnimated, photo } = known;
    const told = purpose === 'avatar' ? {} : photoColumns(photo, { keepsLocation });
    const is_animated = isAnimated ? (1 as const) : (0 as const);
    return { content_type: contentType, width, height, is_animated, ...told };
  } catch (error) {
    const isNoPicture =
      error instanceof DomainError && (error.code === 'unsupported' || error.code === 'invalid');
    if (documentType === null || !isNoPicture) throw error;
    const document = { purpose: 'document', state: 'ready', content_type: documentType } as const;
    return { ...document, width: 0, height: 0, is_animated: 0 as const };
  }
}
