import { hourMs } from '../domain/durations.ts';
import { backupsAt } from './backups.ts';
import type { Config } from './config.ts';

/** A day, and the time that a backup may take. */
const maxAgeHours = 26;

type Outcome = { name: string; isOk: boolean; detail: string };

/** Whether there is a backup of the last day. In production there must be one; elsewhere it is only told. */
export async function backupChecks(config: Config): Promise<Outcome[]> {
  const { backup, env } = config;
  const isRequired = env === 'production';
  const outcome = (isOk: boolean, detail: string) => [{ name: 'backups', isOk, detail }];
  if (backup.isElsewhere) return outcome(true, 'made by something else (BACKUP_TO=elsewhere)');
  if (backup.to === null) {
    const advice = 'none are made. Set BACKUP_TO and BACKUP_AT, or BACKUP_TO=elsewhere';
    return isRequired ? outcome(false, advice) : [];
  }
  try {
    const problems: string[] = [];
    const latest = (await backupsAt(config, null, (problem) => void problems.push(problem))).at(-1);
    if (!latest) return outcome(!isRequired, `none yet in ${backup.to}: ./rookery backup create`);
    const hours = Math.round((Date.now() - Date.parse(latest.takenAt)) / hourMs);
    const age = `the latest is ${latest.id}, ${hours} hours old`;
    if (problems.length > 0) return outcome(false, [...problems, age].join(' '));
    if (hours <= maxAgeHours) return outcome(true, age);
    return outcome(!isRequired, `${age}. Is BACKUP_AT set, and does a worker run?`);
  } catch (error) {
    return outcome(false, error instanceof Error ? error.message : String(error));
  }
}
