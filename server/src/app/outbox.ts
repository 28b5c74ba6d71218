import type { Database } from '../db/database.ts';
import { dropDeadLetter, retryDeadLetter } from '../db/outbox.ts';
import { type DeadLetter, listDeadLetters } from '../db/outbox-reads.ts';
import type { Now } from '../domain/ports.ts';
import type { Config } from './config.ts';
import { openCurrentDatabase } from './schema.ts';

export type { DeadLetter };

/** The dead letters, for the operator. */
export type Outbox = {
  list(): Promise<DeadLetter[]>;
  /** Retries one at once, with as many attempts as a new event. False when there is no such dead letter. */
  retry(id: number): Promise<boolean>;
  /** Retries all of them, and returns how many. */
  retryAll(): Promise<number>;
  /** Deletes one. False when there is no such dead letter. */
  drop(id: number): Promise<boolean>;
};

/** Changes only rows: the relay of any process finds them within a second. */
export function outbox({ database, now }: { database: Database; now: Now }): Outbox {
  const retry = (id: number) =>
    database.transaction((tx) => retryDeadLetter(tx, id, now().toISOString()));

  return {
    list: () => listDeadLetters(database),
    retry,
    async retryAll() {
      let count = 0;
      // One by one: thousands in one transaction would keep the workers from their rows.
      for (const { id } of await listDeadLetters(database)) if (await retry(id)) count += 1;
      return count;
    },
    drop: (id) => database.transaction((tx) => dropDeadLetter(tx, id)),
  };
}

/** Opens the database alone, without the rest of the program, and closes it after `work`. */
export async function withOutbox<T>(
  config: Config,
  work: (outbox: Outbox) => Promise<T>,
): Promise<T> {
  const database = await openCurrentDatabase(config);
  try {
    return await work(outbox({ database, now: () => new Date() }));
  } finally {
    await database.close();
  }
}
