import type { Database } from '../db/database.ts';
import { markEventDone } from '../db/done-events.ts';
import { dayMs } from '../domain/durations.ts';
import type { MediaSweep } from '../domain/media/media-sweep.ts';
import type { BlobStore, Now } from '../domain/ports.ts';
import type { JobLog } from './worker.ts';

type Needs = {
  database: Database;
  now: Now;
  blobs: Pick<BlobStore, 'listUnkept'>;
  sweepMedia: MediaSweep;
  log: JobLog;
};

export type StorageSweep = {
  /** Deletes uploads that were begun on this machine more than a day ago and never kept. */
  discardUnkept: () => Promise<void>;
  /** Deletes objects that no row names and reports missing ones, once a day in all processes together. */
  sweepDaily: () => Promise<void>;
};

/** What is younger may be about to get its row. */
const minAgeMs = dayMs;
/** Its name among the events that were done, whose numbers are days here. Never changes. */
const subscriber = 'sweep-storage';
const maxNamed = 5;

/** Removes from the storage what a crash has left there. */
export function storageSweep({ database, now, blobs, sweepMedia, log }: Needs): StorageSweep {
  return {
    async discardUnkept() {
      const before = new Date(now().getTime() - minAgeMs);
      for await (const { modifiedAt, discard } of blobs.listUnkept()) {
        if (modifiedAt < before) await discard();
      }
    },
    async sweepDaily() {
      const at = now();
      const day = Math.floor(at.getTime() / dayMs);
      const mark = { subscriber, eventId: day, at: at.toISOString() };
      if (!(await database.transaction((tx) => markEventDone(tx, mark)))) return;
      const options = { minAgeMs, isDryRun: false, isForced: false, onProgress() {} };
      const { missing, ...counts } = await sweepMedia(options);
      if (counts.deleted > 0) log.warn(counts, 'objects that no picture names were deleted');
      if (missing.length === 0) return;
      const named = missing.slice(0, maxNamed);
      log.error({ count: missing.length, named }, 'objects of pictures are missing');
    },
  };
}
