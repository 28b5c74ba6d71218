import type { Readable } from 'node:stream';

/**
 * Keeps bytes under keys of the form `originals/…`, `variants/…`. What `put` and `keep` acknowledged survives a crash.
 * Each function throws DomainError `unavailable` while the store cannot be reached.
 */
export type BlobStore = {
  /**
   * Takes in an upload of unknown length without keeping it yet.
   * @throws DomainError `too_large` as soon as it exceeds `maxBytes`
   */
  stage(content: AsyncIterable<Uint8Array>, maxBytes: number): Promise<StagedBlob>;
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** As `put`, for several that belong together: they share what makes them safe. */
  putAll(blobs: ReadonlyArray<{ key: string; bytes: Uint8Array }>): Promise<void>;
  /** Gives the bytes of a blob a second key without sending them again. Not synced: a crash may undo it. */
  copy(from: string, to: string): Promise<void>;
  /** The bytes of a blob, or those from `start` to `end` inclusive; null when there is none. */
  open(key: string, range?: ByteRange): Promise<Readable | null>;
  /** All bytes of a blob; null when there is none. */
  read(key: string): Promise<Uint8Array | null>;
  /** Lends a blob as a file on this machine while `work` runs; null when there is none. The file must not be changed. */
  lend<T>(key: string, work: (path: string) => Promise<T>): Promise<T | null>;
  /** Deletes a blob; one that is not there counts as deleted. */
  delete(key: string): Promise<void>;
  /** Every blob whose key begins with `prefix`, in no order. Files of others in the same place are left out. */
  list(prefix: string): AsyncIterable<StoredBlob>;
  /** Uploads that were begun and neither kept nor discarded: in flight, or left by a crash. */
  listUnkept(): AsyncIterable<UnkeptBlob>;
  /** An address where anybody may fetch the blob for a few minutes; null when its bytes must go through the server. */
  findAddress(key: string, contentType: string): Promise<string | null>;
  /** Writes, reads and deletes a blob. @throws Error that says what is wrong and what to do */
  check(): Promise<void>;
  /** Ends connections. */
  close(): Promise<void>;
};

export type StoredBlob = { key: string; bytes: number; modifiedAt: Date };

export type UnkeptBlob = { name: string; modifiedAt: Date; discard: () => Promise<void> };

export type ByteRange = { start: number; end: number };

/** An upload on local disk: keep it under a key, or discard it. Discarding after keeping does nothing. */
export type StagedBlob = {
  path: string;
  bytes: number;
  /** Of the content, 64 hex digits. Not after it was kept or discarded. */
  sha256(): Promise<string>;
  keep(key: string): Promise<void>;
  discard(): Promise<void>;
};
