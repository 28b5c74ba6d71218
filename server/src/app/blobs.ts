import { join } from 'node:path';
import { diskBlobs } from '../adapters/blobs/disk.ts';
import type { BlobStore } from '../domain/ports.ts';
import type { Config } from './config.ts';

/** Where pictures are kept: in S3 when it is set up, else in files. */
export async function openBlobs({ s3, dataDir }: Config): Promise<BlobStore> {
  if (!s3) return diskBlobs(join(dataDir, 'blobs'));
  // Loaded only where it is used: the SDK takes as long to load as much of the rest.
  const { s3Blobs } = await import('../adapters/blobs/s3.ts');
  return s3Blobs(s3, join(dataDir, 'uploads'));
}
