import { BackupError } from './backup-error.ts';

/** How many days, weeks, months and years are to have a backup each, the latest ones first. */
export type KeepRule = ReadonlyArray<{ count: number; unit: Unit }>;

type Unit = 'd' | 'w' | 'm' | 'y';

/** `7d,4w,6m`. @throws BackupError when it is no such rule */
export function keepRuleOf(text: string): KeepRule {
  return text.split(',').map((part) => {
    const match = /^([1-9]\d{0,3})([dwmy])$/.exec(part.trim());
    if (match) return { count: Number(match[1]), unit: match[2] as Unit };
    throw new BackupError(
      `“${text}” does not say which backups to keep. Use the form 7d,4w,6m: one of each of the last 7 days, 4 weeks and 6 months.`,
    );
  });
}

/**
 * Which backups a rule keeps: the latest of each of the last days (weeks, …) that have one, in UTC. The newest stays in any case.
 * @param backups in any order
 */
export function keptBackups(
  backups: ReadonlyArray<{ id: string; takenAt: string }>,
  rule: KeepRule,
): Set<string> {
  const newestFirst = [...backups].sort((a, b) => (a.takenAt < b.takenAt ? 1 : -1));
  const kept = new Set(newestFirst.slice(0, 1).map(({ id }) => id));
  for (const { count, unit } of rule) {
    const periods = new Map<string, string>();
    for (const { id, takenAt } of newestFirst) {
      const period = periodOf[unit](new Date(takenAt));
      if (!periods.has(period)) periods.set(period, id);
    }
    for (const id of [...periods.values()].slice(0, count)) kept.add(id);
  }
  return kept;
}

const dayMs = 24 * 3600 * 1000;

const periodOf: Record<Unit, (time: Date) => string> = {
  d: (time) => time.toISOString().slice(0, 10),
  // Days since Monday, 5 January 1970.
  w: (time) => String(Math.floor((time.getTime() / dayMs - 4) / 7)),
  m: (time) => time.toISOString().slice(0, 7),
  y: (time) => time.toISOString().slice(0, 4),
};
