import type { Readable } from 'node:stream';

/**
 * A place where backups are kept: files with names such as `backups/…/manifest.json`. A file has its name only once it is
 * whole and survives a crash.
 */
export type Archive = {
  /** Where it is, for people. */
  readonly place: string;
  /** Takes in a file of unknown length without giving it a name yet. */
  stage(content: AsyncIterable<Uint8Array>): Promise<StagedFile>;
  /** The file, or null when there is none. */
  open(name: string): Promise<Readable | null>;
  /** How many bytes a file has; null when there is none. */
  size(name: string): Promise<number | null>;
  /** Names that begin with a prefix, in no order. The prefix is empty or ends with a slash. */
  list(prefix: string): AsyncIterable<string>;
  /** Deletes a file; one that is not there counts as deleted. */
  delete(name: string): Promise<void>;
  /** Removes what was taken in and never kept, by processes that are gone. */
  discardUnkept(): Promise<void>;
  close(): Promise<void>;
};

export type StagedFile = {
  bytes: number;
  /** Of the content, 64 hex digits. */
  sha256: string;
  /** Gives it a name; a file that has the name already is replaced. */
  keep(name: string): Promise<void>;
  /** After keeping, this does nothing. */
  discard(): Promise<void>;
};
