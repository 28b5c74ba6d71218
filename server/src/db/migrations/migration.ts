import type { Kysely } from 'kysely';

/** One step of the schema. A step that has been released never changes; the next change is a new step. */
export type Migration = {
  /** Number and subject: `0001-foundation`. */
  name: string;
  up(db: Kysely<unknown>): Promise<void>;
  down(db: Kysely<unknown>): Promise<void>;
};
