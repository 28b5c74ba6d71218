import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { BackfillRow } from '../../src/db/backfill.ts';
import type { Migration } from '../../src/db/migrations/migration.ts';

/** Rows of the table `crowd`; no multiple of the batch size. */
export const crowdSize = 105;
export const crowdBatch = 10;

/** A table with data, whose key has a number and a text. */
const crowd: Migration = {
  name: '0001-crowd',

  async up(db) {
    await db.schema
      .createTable('crowd')
      .addColumn('place', 'integer', (c) => c.notNull())
      .addColumn('name', 'varchar(64)', (c) => c.notNull())
      .addPrimaryKeyConstraint('crowd_pk', ['place', 'name'])
      .execute();
    const rows = Array.from({ length: crowdSize }, (_, i) => sql`(${i % 7}, ${`é${i}`})`);
    await sql`insert into crowd (place, name) values ${sql.join(rows)}`.execute(db);
  },

  async down(db) {
    await db.schema.dropTable('crowd').execute();
  },
};

/** What a test wants to happen in the transaction of a batch. */
type AtBatch = (rows: readonly BackfillRow[]) => Promise<void>;

/** Adds a column that counts how often its row was filled, and fills it. */
function fills(atBatch: AtBatch): Migration {
  return {
    name: '0002-fills',

    async up(db) {
      await db.schema
        .alterTable('crowd')
        .addColumn('fills', 'integer', (c) => c.notNull().defaultTo(0))
        .execute();
    },

    backfill: {
      table: 'crowd',
      key: ['place', 'name'],
      batchSize: crowdBatch,
      async fill(db, rows) {
        for (const { place, name } of rows) {
          await sql`update crowd set fills = fills + 1 where place = ${place} and name = ${name}`.execute(
            db,
          );
        }
        await atBatch(rows);
      },
    },

    async down(db) {
      await db.schema.alterTable('crowd').dropColumn('fills').execute();
    },
  };
}

/** A step after the backfill. */
const closing: Migration = {
  name: '0003-closing',
  async up(db) {
    await db.schema.createTable('closing').addColumn('id', 'integer').execute();
  },
  async down(db) {
    await db.schema.dropTable('closing').execute();
  },
};

export function crowdSteps(atBatch: AtBatch = async () => {}): Migration[] {
  return [crowd, fills(atBatch), closing];
}

/** Fails at the fourth batch: the rows at each place are one batch and a half. */
export async function failing(rows: readonly BackfillRow[]): Promise<void> {
  if (rows.some(({ place }) => place === 2)) throw new Error('The disk is full.');
}

/** Time to kill the process in the middle of a batch. */
export async function slowly(): Promise<void> {
  await sleep(50);
}
