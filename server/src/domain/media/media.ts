import type { Readable } from 'node:stream';
import type { MediaRow, PostRow } from '../../db/schema.ts';
import { invalid } from '../errors.ts';
import {
  type ByteRange,
  type ImageVariant,
  type PhotoFacts,
  type VariantSize,
  variantSizes,
} from '../ports.ts';
import { lengthOf } from '../text.ts';
import {
  canSeeMedia,
  factsOf,
  noRelation,
  type PostViewer,
  type StandingRow,
  standingOf,
} from '../visibility/visibility.ts';

/** A picture as it is shown: with a post, or to its owner before that. */
export type MediaView = {
  id: number;
  /** No picture: only the contract that took it has a use for it. */
  isDocument: boolean;
  state: 'processing' | 'ready' | 'failed';
  alt: string;
  width: number;
  height: number;
  isAnimated: boolean;
  /** Null until the worker is done. */
  blurhash: string | null;
  publicKey: string;
  camera: { make: string | null; model: string | null } | null;
  /** ISO 8601 by the camera's clock. */
  takenAt: string | null;
  location: PhotoFacts['location'];
  /** Smallest first; empty until the worker is done. */
  variants: VariantView[];
};

export type VariantView = Omit<ImageVariant, 'bytes'> & { bytes: number };

/** A medium with the columns that decide who may see it: the state of its post, and the standing of its owner. */
export type ShownMediaRow = MediaRow & StandingRow & { post_state: PostRow['state'] | null };

/** Whether the viewer may fetch a picture or file; for null, whether everybody may. */
export function mayFetch(viewer: PostViewer, row: ShownMediaRow): boolean {
  const post = row.post_state === null ? null : factsOf({ state: row.post_state });
  const owner = { id: row.account_id, standing: standingOf(row) };
  return canSeeMedia(viewer, { purpose: row.purpose, post }, owner, noRelation);
}

/** Bytes that may be sent to the viewer. */
export type OpenFile = {
  contentType: string;
  bytes: number;
  /** Names these very bytes: they never change. */
  tag: string;
  open(range?: ByteRange): Promise<Readable | null>;
  /** Where else it may be fetched for a few minutes; null: here alone, as always with one that is not public. */
  findAddress(): Promise<string | null>;
};

export const maxAltLength = 1500;

/** @throws DomainError `invalid` (alt) */
export function checkAlt(alt: string): void {
  if (lengthOf(alt) > maxAltLength) {
    throw invalid('alt', `must have at most ${maxAltLength} characters`);
  }
}

export function variantKey(publicKey: string, size: VariantSize): string {
  return `variants/${publicKey}/${size}`;
}

/** Every blob that a medium may have. */
export function blobKeysOf(row: { original_key: string; public_key: string }): string[] {
  return [row.original_key, ...variantSizes.map((size) => variantKey(row.public_key, size))];
}
