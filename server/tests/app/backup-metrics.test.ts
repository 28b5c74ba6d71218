import { setImmediate } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, it } from 'vitest';
import { type BackupTimes, backupMetrics } from '../../src/app/metrics/backup-metrics.ts';
import { factChannel } from '../../src/db/facts.ts';

const noon = Date.parse('2026-06-01T12:00:00.000Z');

describe('metrics of backups', () => {
  let stop = () => {};

  afterEach(() => stop());

  /** What the second scrape shows: the first one starts the look. */
  async function shown(read: (() => Promise<BackupTimes>) | null): Promise<string> {
    const registry = new Registry();
    stop = backupMetrics(registry, read, () => noon);
    await registry.metrics();
    await setImmediate();
    return registry.metrics();
  }

  it('show how old the newest backup is, and the newest verified one', async () => {
    const text = await shown(async () => ({ made: '2026-06-01T11:00:00.000Z', verified: null }));

    expect(text).toContain('rookery_backup_age_seconds{state="made"} 3600\n');
    expect(text).toContain('rookery_backup_age_seconds{state="verified"} +Inf\n');
  });

  it('show backups as missing while nobody can look', async () => {
    const text = await shown(() => Promise.reject(new Error('no such bucket')));

    expect(text).toContain('rookery_backup_age_seconds{state="made"} +Inf\n');
  });

  it('show no age where something else makes the backups', async () => {
    expect(await shown(null)).not.toContain('rookery_backup_age_seconds{');
  });

  it('count the failures', async () => {
    const registry = new Registry();
    stop = backupMetrics(registry, null, () => noon);
    factChannel.publish({ kind: 'event', name: 'backup.failed' });
    factChannel.publish({ kind: 'event', name: 'backup.due' });

    expect(await registry.metrics()).toContain('rookery_backup_failures_total 1\n');
  });
});
