import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../db/database.ts';
import { SetupError } from './setup-error.ts';

/** How long a server that is being replaced may take to end. */
const maxWaitMs = 15_000;
const pauseMs = 250;

/**
 * Makes this process the one server of an embedded database, once another that is about to end has done so. Two would not
 * tell each other what happens, and keep each other from the file. Commands may run beside it.
 * @throws SetupError when the other one stays
 */
export async function requireOnlyServer(
  database: Pick<Database, 'isEmbedded' | 'takeWorkerSeat'>,
  waitMs = maxWaitMs,
): Promise<void> {
  if (!database.isEmbedded) return;
  const endsAt = performance.now() + waitMs;
  while (!database.takeWorkerSeat()) {
    if (performance.now() > endsAt) {
      throw new SetupError(
        'Another server runs on this DATA_DIR. SQLite belongs to one server alone: stop the other, or set DATABASE_URL to postgres://… or mysql://….',
      );
    }
    await sleep(pauseMs);
  }
}
