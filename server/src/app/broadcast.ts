import type { Logger } from 'pino';
import { memoryBroadcast } from '../adapters/broadcast/memory.ts';
import { broadcastRows } from '../db/broadcast-rows.ts';
import type { Database } from '../db/database.ts';
import type { Broadcast, Now } from '../domain/ports.ts';
import type { Config } from './config.ts';

/** How processes tell each other what may be lost: by Redis where there is one, and else by the database that they share. */
export async function openBroadcast(
  { redisUrl }: Pick<Config, 'redisUrl'>,
  { database, now, log }: { database: Database; now: Now; log: Logger },
): Promise<Broadcast> {
  if (redisUrl !== null) {
    const { redisBroadcast } = await import('../adapters/broadcast/redis.ts');
    return redisBroadcast({
      url: redisUrl,
      onTrouble: (reason) =>
        log.warn(
          { reason },
          'Redis carries no messages; live events from other processes are late',
        ),
    });
  }
  if (database.isEmbedded) return memoryBroadcast();
  const { tableBroadcast } = await import('../adapters/broadcast/table.ts');
  return tableBroadcast({
    rows: broadcastRows(database, now),
    now,
    onTrouble: (err) => log.warn({ err }, 'live events from other processes are late for now'),
  });
}
