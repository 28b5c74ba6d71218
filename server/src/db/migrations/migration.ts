import type { Kysely } from 'kysely';
import type { Backfill } from '../backfill.ts';

/** One step of the schema. A step that has been released never changes; the next change is a new step. */
export type Migration = {
  /** Number and subject: `0001-foundation`. */
  name: string;
  up(db: Kysely<unknown>): Promise<void>;
  /** What is left to do with the rows of a table after `up`. */
  backfill?: Backfill;
  down(db: Kysely<unknown>): Promise<void>;
};
