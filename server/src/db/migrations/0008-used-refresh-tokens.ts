import type { Migration } from './migration.ts';

/** Which refresh token of a session has been put to use; until then the one before it may be sent again. */
export const usedRefreshTokens: Migration = {
  name: '0008-used-refresh-tokens',

  async up(db) {
    // Null in the sessions of today: nobody noted which of their tokens were used.
    await db.schema.alterTable('sessions').addColumn('used_generation', 'integer').execute();
  },

  async down(db) {
    await db.schema.alterTable('sessions').dropColumn('used_generation').execute();
  },
};
