import type { Migration } from './migration.ts';

/** Which refresh token of a session the newest was given for: while that is unused, the parent gets another in its place. */
export const parentsOfRefreshTokens: Migration = {
  name: '0014-parents-of-refresh-tokens',

  async up(db) {
    // Null in the sessions of today: there it is the generation before the newest.
    await db.schema.alterTable('sessions').addColumn('parent_generation', 'integer').execute();
  },

  async down(db) {
    await db.schema.alterTable('sessions').dropColumn('parent_generation').execute();
  },
};
