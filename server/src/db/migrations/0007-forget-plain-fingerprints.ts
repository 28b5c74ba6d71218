import { sql } from 'kysely';
import type { Migration } from './migration.ts';

/**
 * Fingerprints of repeatable requests were plain SHA-256, also over passwords. Their rows are deleted, not rewritten: what
 * was asked is not kept, and a key is forgotten within a day anyway.
 */
export const forgetPlainFingerprints: Migration = {
  name: '0007-forget-plain-fingerprints',

  async up(db) {
    await sql`delete from idempotency_keys`.execute(db);
  },

  /** What is written since under a key would match no request of an earlier version. */
  async down(db) {
    await sql`delete from idempotency_keys`.execute(db);
  },
};
