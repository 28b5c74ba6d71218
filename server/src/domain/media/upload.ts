import type { Tx } from '../../db/database.ts';
import type { StagedBlob } from '../ports.ts';

/** What somebody uploads as a picture, and how it is to be kept. */
export type Upload = {
  file: StagedBlob;
  alt: string;
  /** As the client named it; the original is downloaded under it. */
  fileName?: string | undefined;
  purpose: 'post' | 'given-back' | 'avatar';
  /** Whether the place in the photo's EXIF is kept and shown with it; otherwise it is dropped. */
  keepsLocation?: boolean;
  idempotencyKey: string | null;
  /**
   * For clients that fetch the picture as soon as its upload is answered: its variants are made before that, in its own
   * format where that can be. Default: a worker makes them.
   */
  shownAtOnce?: 'in-web-formats' | 'in-its-format';
  /** The content type of bytes that are no picture and are kept as they are; default: they are refused. */
  documentType?: string | null;
  /** What is kept together with it, or not at all. */
  within?: (tx: Tx, mediaId: number) => Promise<void>;
};
