import { sql } from 'kysely';
import { isMysql } from '../which-engine.ts';
import type { Migration } from './migration.ts';

/** What pending links and codes end with, whose invites they are, and when a password was last recovered by mail. */
export const endsWith: Migration = {
  name: '0006-ends-with',

  async up(db) {
    // No foreign key: expired sessions are deleted in passing.
    await db.schema.alterTable('verifications').addColumn('session_id', 'integer').execute();
    await db.schema.alterTable('accounts').addColumn('recovered_at', 'varchar(24)').execute();
    // Until now an invite named its maker in its details alone: {"invitedBy":7}.
    const integer = sql.raw(isMysql(db) ? 'signed' : 'integer');
    const maker = sql`cast(replace(replace(details, '{"invitedBy":', ''), '}', '') as ${integer})`;
    await sql`update verifications set account_id = (select accounts.id from accounts where accounts.id = ${maker})
      where purpose = 'invite' and account_id is null`.execute(db);
  },

  async down(db) {
    await db.schema.alterTable('accounts').dropColumn('recovered_at').execute();
    await db.schema.alterTable('verifications').dropColumn('session_id').execute();
  },
};
