import { Counter, Gauge, type Registry } from 'prom-client';
import { type Fact, factChannel } from '../../db/facts.ts';
import { minuteMs } from '../../domain/durations.ts';
import { listenTo, type Stop } from '../listen-to.ts';

/** When the newest backup was made, and the newest of those that `backup verify` has brought back; null: there is none. */
export type BackupTimes = Record<'made' | 'verified', string | null>;

/** Where backups are is looked at no more often: in S3 every look costs money. */
const freshMs = 10 * minuteMs;

/**
 * How old backups are, and how often the daily one failed. While the place of backups does not answer, they are shown as
 * getting older.
 * @param read null: no backups are made by Rookery, and only failures are counted
 * @param now in ms
 */
export function backupMetrics(
  registry: Registry,
  read: (() => Promise<BackupTimes>) | null,
  now: () => number,
): Stop {
  const registers = [registry];
  const failures = new Counter({
    name: 'rookery_backup_failures_total',
    help: 'Daily backups that this process could not make; retries of one count once.',
    registers,
  });
  let times: BackupTimes = { made: null, verified: null };
  let readAt = Number.NEGATIVE_INFINITY;
  const ages = new Gauge({
    name: 'rookery_backup_age_seconds',
    help: 'Age of the newest whole backup (made), and of the newest that was verified; +Inf when there is none.',
    labelNames: ['state'],
    registers,
    collect() {
      if (!read) return;
      for (const [state, time] of Object.entries(times)) ages.set({ state }, ageOf(time));
      if (performance.now() - readAt < freshMs) return;
      // Nobody waits for it: the next scrape shows what was found.
      readAt = performance.now();
      read().then(
        (found) => {
          times = found;
        },
        () => {},
      );
    },
  });

  function ageOf(time: string | null): number {
    if (time === null) return Number.POSITIVE_INFINITY;
    return Math.max(0, (now() - Date.parse(time)) / 1000);
  }

  return listenTo(factChannel, ({ kind, name }: Fact) => {
    if (kind === 'event' && name === 'backup.failed') failures.inc();
  });
}
