import { setInterval as every } from 'node:timers';
import { BackupError, BackupInUse } from '../backup/backup-error.ts';
import type { Database } from '../db/database.ts';
import { minuteMs } from '../domain/durations.ts';
import { emitOnce } from '../domain/events.ts';
import type { Now } from '../domain/ports.ts';
import type { DailyBackup } from '../jobs/subscriptions.ts';
import { backUp } from './backups.ts';
import type { Config } from './config.ts';

type Log = {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
};

type Needs = { config: Config; database: Database; now: Now; log: Log };

/** Events of one time have one id, so that of all workers one makes its backup. Above those of other events. */
const dueIds = 2 ** 48;
const failedIds = 2 ** 49;

/** Makes the backup of every day in one of the workers; one that was missed is made at the next start. */
export function dailyBackup({ config, database, now, log }: Needs): DailyBackup & {
  start(): void;
  stop(): void;
} {
  const { atMinute, keep, passphrase } = config.backup;
  let timer: NodeJS.Timeout | undefined;
  let asked = 0;
  let isStopping = false;

  async function ask(minute: number): Promise<void> {
    const time = lastTime(now(), minute);
    if (time.getTime() === asked) return;
    const payload = { time: time.toISOString() };
    await database.transaction((tx) =>
      emitOnce(tx, now(), 'backup.due', payload, dueIds + minutesOf(time)),
    );
    asked = time.getTime();
  }

  async function tellOfFailure(time: string, error: unknown): Promise<void> {
    const reason = error instanceof Error ? error.message : String(error);
    await database.transaction((tx) =>
      emitOnce(tx, now(), 'backup.failed', { time, reason }, failedIds + minutesOf(new Date(time))),
    );
  }

  return {
    start() {
      if (atMinute === null) return;
      const look = () =>
        void ask(atMinute).catch((err: unknown) =>
          log.warn({ err }, 'the daily backup waits for the database'),
        );
      timer = every(look, minuteMs);
      look();
    },
    stop() {
      isStopping = true;
      clearInterval(timer);
    },
    async make(time) {
      const onProgress = () => {
        if (isStopping) throw new BackupError('The worker stops; the next one makes the backup.');
      };
      const how = { to: null, keep, passphrase, hasKeys: passphrase !== null, isCounting: false };
      try {
        const { manifest, pruned, warnings } = await backUp(config, { ...how, onProgress, now });
        log.info({ backup: manifest.id, pruned }, 'the daily backup is made');
        for (const warning of warnings) log.warn({ backup: manifest.id }, warning);
      } catch (error) {
        // The broker hands a long backup over a second time.
        if (error instanceof BackupInUse) return log.info({ time }, error.message);
        if (!isStopping) await tellOfFailure(time, error);
        throw error;
      }
    },
  };
}

/** The latest time of day that is not after `now`, by the clock of this machine. */
export function lastTime(now: Date, minute: number): Date {
  const [year, month, day] = [now.getFullYear(), now.getMonth(), now.getDate()];
  const today = new Date(year, month, day, 0, minute);
  return today <= now ? today : new Date(year, month, day - 1, 0, minute);
}

function minutesOf(time: Date): number {
  return Math.floor(time.getTime() / minuteMs);
}
