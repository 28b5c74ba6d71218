import type { Migration } from './migration.ts';

/** The request that caused an event, so that what its jobs log can be found by the id of the request. */
export const eventCauses: Migration = {
  name: '0017-event-causes',

  async up(db) {
    // Null in the events of today, and in those of servers of the version before.
    for (const [name, type] of columns) {
      await db.schema.alterTable('outbox').addColumn(name, type).execute();
    }
  },

  async down(db) {
    for (const [name] of columns) await db.schema.alterTable('outbox').dropColumn(name).execute();
  },
};

const columns = [
  ['request_id', 'varchar(64)'],
  ['trace_parent', 'varchar(64)'],
] as const;
