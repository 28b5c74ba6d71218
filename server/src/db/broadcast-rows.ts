import type { Database, Db, Tx } from './database.ts';
import { prepared } from './prepared.ts';

/** A message as it is kept for the other processes. */
export type SentRow = { id: number; sender: string; topic: string; payload: unknown };

/** Writes what a process says to the others. */
async function insertBroadcasts(
  tx: Tx,
  sender: string,
  messages: ReadonlyArray<{ topic: string; payload: unknown }>,
  at: Date,
): Promise<void> {
  const rows = messages.map(({ topic, payload }) => ({
    sender,
    topic,
    payload: JSON.stringify(payload),
    created_at: at.toISOString(),
  }));
  await tx.insertInto('broadcasts').values(rows).execute();
}

/** What was numbered after an id, in the order of the numbers, which may be committed in another. */
async function listBroadcastsAfter(db: Db, id: number): Promise<SentRow[]> {
  const rows = await after(db, { id });
  return rows.map((row) => ({ ...row, payload: JSON.parse(row.payload) as unknown }));
}

const after = prepared((db, args: { id: number }) =>
  db
    .selectFrom('broadcasts')
    .select(['id', 'sender', 'topic', 'payload'])
    .where('id', '>', args.id)
    .orderBy('id'),
);

/** The newest id; 0 when there is none. */
async function findLastBroadcastId(db: Db): Promise<number> {
  const row = await db
    .selectFrom('broadcasts')
    .select((eb) => eb.fn.max('id').as('id'))
    .executeTakeFirst();
  return row?.id ?? 0;
}

export async function deleteBroadcastsBefore(tx: Tx, time: Date): Promise<void> {
  await tx.deleteFrom('broadcasts').where('created_at', '<', time.toISOString()).execute();
}

/** The table as the adapter of the broadcast uses it. */
export function broadcastRows(database: Database, now: () => Date) {
  return {
    add: (sender: string, messages: ReadonlyArray<{ topic: string; payload: unknown }>) =>
      database.transaction((tx) => insertBroadcasts(tx, sender, messages, now())),
    listAfter: (id: number) => listBroadcastsAfter(database, id),
    findLastId: () => findLastBroadcastId(database),
    deleteBefore: (time: Date) => database.transaction((tx) => deleteBroadcastsBefore(tx, time)),
  };
}
