import type { NewId } from '../../db/ids.ts';
import type { Now, StagedBlob } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import type { WriteMedia } from './media-writing.ts';
import { newMediaRow } from './new-media-row.ts';

type Needs = { newId: NewId; now: Now; writeMedia: WriteMedia };

/** Keeps files that are no pictures. */
export function fileKeeping({ newId, now, writeMedia }: Needs) {
  /**
   * Keeps bytes as they are, whatever they are; nothing is made of them, and no feed shows them. Returns their number.
   * @throws DomainError `too_large` (quota)
   */
  async function keepFile(viewer: Viewer, file: StagedBlob): Promise<number> {
    const upload = { file, alt: '', purpose: 'file' as const };
    const row = {
      ...newMediaRow(await newId('media'), viewer, upload, now()),
      state: 'ready' as const,
      content_type: 'application/octet-stream',
      width: 0,
      height: 0,
      is_animated: 0 as const,
    };
    try {
      await file.keep(row.original_key);
      return await writeMedia(row, null, undefined);
    } finally {
      await file.discard();
    }
  }

  return { keepFile };
}
