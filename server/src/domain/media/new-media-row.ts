import { randomBytes } from 'node:crypto';
import type { MediaRow } from '../../db/schema.ts';
import type { PhotoFacts, StagedBlob } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import { keptFileName } from './file-name.ts';

type PhotoColumns = Pick<
  MediaRow,
  'camera_make' | 'camera_model' | 'taken_at' | 'latitude' | 'longitude'
>;

/** Of a picture that tells nothing of itself. */
export const noPhotoColumns: PhotoColumns = {
  camera_make: null,
  camera_model: null,
  taken_at: null,
  latitude: null,
  longitude: null,
};

/** What is kept of what a photo tells. Its place only if the uploader asked for that. */
export function photoColumns(
  { location, ...photo }: PhotoFacts,
  { keepsLocation = false }: { keepsLocation?: boolean | undefined },
): PhotoColumns {
  const kept = keepsLocation ? location : null;
  return {
    camera_make: photo.cameraMake,
    camera_model: photo.cameraModel,
    taken_at: photo.takenAt,
    latitude: kept?.latitude ?? null,
    longitude: kept?.longitude ?? null,
  };
}

type NewUpload = Pick<MediaRow, 'alt' | 'purpose'> & {
  file: StagedBlob;
  /** As the client named it. */
  fileName?: string | undefined;
};

/** An upload as it begins; what it is follows from its bytes. */
export function newMediaRow(
  id: number,
  { accountId }: Viewer,
  { file, fileName, alt, purpose }: NewUpload,
  at: Date,
) {
  return {
    id,
    account_id: accountId,
    purpose,
    post_id: null,
    position: 0,
    state: 'processing' as const,
    original_key: `originals/${randomBytes(16).toString('hex')}`,
    bytes: file.bytes,
    public_key: randomBytes(16).toString('hex'),
    alt,
    file_name: keptFileName(fileName),
    blurhash: null,
    variants: '[]',
    ...noPhotoColumns,
    created_at: at.toISOString(),
  };
}
