import { Command, InvalidArgumentError } from 'commander';
import { operator } from '../domain/authority.ts';
import { hourMs } from '../domain/durations.ts';
import { DomainError } from '../domain/errors.ts';
import type { SweepReport } from '../domain/media/media-sweep.ts';
import { CommandError } from './errors.ts';
import { idArgument, type Json, jsonOption, reasonOption } from './options.ts';
import { printResult } from './print.ts';
import { progressBars } from './progress.ts';
import { quiet, withApp } from './with-app.ts';

type Options = Json & { dryRun?: boolean; olderThan: number; force?: boolean };

const maxShown = 20;

export function mediaCommand(): Command {
  const media = new Command('media').description('maintain stored pictures');
  media
    .command('sweep')
    .description('delete orphaned files, and report missing ones')
    .option('--dry-run', 'only report')
    .option('--older-than <hours>', 'keep files that are newer', hours, 24)
    .option('--force', 'delete even if most files are orphaned')
    .addOption(jsonOption())
    .action(async ({ dryRun = false, olderThan, force = false, json }: Options) => {
      const report = await sweep({
        minAgeMs: olderThan * hourMs,
        isDryRun: dryRun,
        isForced: force,
      });
      printResult(report, { json, lines: () => linesOf(report) });
    });
  media
    .command('remove')
    .description(
      'permanently remove a picture of a post or a profile, and mail its owner the reason',
    )
    .addArgument(idArgument('<picture>', 'id of the picture'))
    .addOption(reasonOption())
    .addOption(jsonOption())
    .action(async (id: number, { reason, json }: Json & { reason: string }) => {
      await withApp(quiet(), ({ services }) =>
        services.moderation.removePicture(operator, id, reason),
      );
      const line = `removed picture ${id}; a worker deletes its files and mails the owner`;
      printResult({ removed: id, reason }, { json, lines: () => line });
    });
  return media;
}

async function sweep(options: { minAgeMs: number; isDryRun: boolean; isForced: boolean }) {
  const progress = progressBars();
  const onProgress = (done: number, total: number) => progress.report('comparing', done, total);
  try {
    return await withApp(quiet(), (app) => app.sweepMedia({ ...options, onProgress }));
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'unavailable') throw error;
    throw new CommandError('the storage is unavailable. ./rookery doctor says why.');
  } finally {
    progress.stop();
  }
}

function linesOf({ objects, orphans, orphanBytes, unkept, deleted, missing }: SweepReport) {
  const shown = missing.slice(0, maxShown);
  return [
    `${objects} objects; ${orphans} orphaned (${(orphanBytes / 1e6).toFixed(1)} MB), ${unkept} unused uploads`,
    `${deleted} deleted`,
    `${missing.length} objects missing${missing.length > maxShown ? `, the first ${maxShown}` : ''}`,
    ...shown.map(({ mediaId, key }) => `  media ${mediaId}: ${key}`),
  ];
}

/** One hour at least: an upload and its row are minutes apart at most. */
function hours(text: string): number {
  const number = Number(text);
  if (!/^\d{1,6}$/.test(text) || number < 1) {
    throw new InvalidArgumentError('It must be a whole number of hours, 1 or more.');
  }
  return number;
}
