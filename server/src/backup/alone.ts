import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../db/database.ts';
import { countOthers } from '../db/others.ts';
import { takeSeat } from '../db/worker-seat.ts';
import { BackupError } from './backup-error.ts';

/** A server that has just stopped is seen for a moment longer. */
const looks = 17;
const pauseMs = 300;

/** @throws BackupError while others use a server database */
export async function checkAlone(
  database: Database,
  { isForced }: { isForced: boolean },
): Promise<void> {
  for (let look = 1; ; look += 1) {
    const others = await countOthers(database);
    if (others === 0 || isForced) return;
    if (look === looks) {
      throw new BackupError(
        `Others have ${others} connections to the database. Stop all servers and workers first. If they are no servers (a monitor, an open psql), add --force.`,
      );
    }
    await sleep(pauseMs);
  }
}

/** Runs `work` in place of the process that works on the database of a file. @throws BackupError while a server does */
export async function withSeat<T>(file: string, work: () => Promise<T>): Promise<T> {
  const seat = takeSeat(file);
  if (!seat) throw new BackupError(`A server uses ${file}. Stop it first.`);
  try {
    return await work();
  } finally {
    seat.leave();
  }
}
