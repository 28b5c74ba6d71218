import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backupChecks } from '../../src/app/backup-check.ts';
import { type Config, readConfig } from '../../src/app/config.ts';
import { lastTime } from '../../src/app/daily-backup.ts';
import { openDatabase } from '../../src/db/database.ts';
import { migrateUp } from '../../src/db/migrate.ts';
import { operator } from '../../src/domain/authority.ts';
import { type TestApp, testApp } from '../support/test-app.ts';
import { bare, cleanUpSamples, engines, isThorough, slow } from './samples.ts';

describe('a daily backup', () => {
  let folder: string;
  let place: string;
  const apps: TestApp[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rookery-daily-'));
    place = join(folder, 'backups');
  });

  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
    rmSync(folder, { recursive: true, force: true });
    cleanUpSamples();
  });

  async function open(url: string): Promise<TestApp> {
    const environment = { DATABASE_URL: url, BACKUP_TO: place, BACKUP_AT: '03:30' };
    const app = await testApp({ environment });
    apps.push(app);
    return app;
  }

  it.each(isThorough ? engines : engines.slice(0, 2))(
    'is made once a day on %s, by one of two workers, and not again after a restart',
    slow,
    async (engine) => {
      const url = await bare(engine);
      const schema = openDatabase(url, 2, { isPatient: true });
      await migrateUp(schema);
      await schema.close();
      const first = await open(url);
      const second = await open(url);
      for (const { app } of [first, second]) await app.startWork();
      await until(() => made(place).length > 0);
      const third = await open(url);
      await third.app.startWork();
      await until(async () => (await waiting(third)) === 0);
      for (const { app } of [first, second, third]) await app.relay.stop();

      expect(made(place)).toHaveLength(1);
    },
  );

  it('is told to admins when it fails, once, and made when it can be', slow, async () => {
    writeFileSync(place, 'a file where a folder should be');
    const test = await open(await bare('sqlite'));
    const id = await test.account('alice');
    await test.app.services.accountAdmin.change(operator, id, { role: 'admin' });
    await test.app.startWork();
    const mails = join(test.dataDir, 'mail');
    await until(() => filesIn(mails).length > 0);
    test.clock.advance(10_000);
    await until(() => test.logged.filter((line) => line.includes('a job failed')).length > 1);
    rmSync(place);
    test.clock.advance(60_000);

    await until(() => made(place).length === 1);
    const texts = filesIn(mails).map((name) => readFileSync(join(mails, name), 'utf8'));
    expect(texts).toHaveLength(1);
    expect(texts[0]).toContain('alice@example.com');
    expect(texts[0]).toContain('The backup of your server failed');
  });

  it('is missed by doctor in production after a day', slow, async () => {
    const config = { ...readConfig({ DATA_DIR: join(folder, 'data'), BACKUP_TO: place }) };
    const production: Config = { ...config, env: 'production' };
    const none = await backupChecks(production);
    const test = await open(await bare('sqlite'));
    await test.app.startWork();
    await until(() => made(place).length === 1);
    // The clock of the test stands in the summer before.
    const old = await backupChecks(production);
    const relaxed = await backupChecks(config);
    const { to: _, ...notSetUp } = config.backup;
    const elsewhere = await backupChecks({
      ...production,
      backup: { ...notSetUp, to: null, isElsewhere: true },
    });
    const nothing = await backupChecks({ ...production, backup: { ...notSetUp, to: null } });

    expect(none).toMatchObject([{ isOk: false, detail: expect.stringContaining('none yet in') }]);
    expect(old).toMatchObject([{ isOk: false, detail: expect.stringContaining('hours old. Is') }]);
    expect(relaxed).toMatchObject([{ isOk: true }]);
    expect(elsewhere).toMatchObject([{ isOk: true }]);
    expect(nothing).toMatchObject([
      { isOk: false, detail: expect.stringContaining('none are made') },
    ]);
  });

  it('is due at the last time of day that has passed', () => {
    const at = (day: number, hour: number, minute: number) => new Date(2026, 5, day, hour, minute);

    expect(lastTime(at(2, 3, 30), 210)).toEqual(at(2, 3, 30));
    expect(lastTime(at(2, 3, 29), 210)).toEqual(at(1, 3, 30));
    expect(lastTime(new Date(2026, 0, 1, 0, 0), 210)).toEqual(new Date(2025, 11, 31, 3, 30));
  });
});

function made(place: string): string[] {
  const ids = filesIn(join(place, 'backups'));
  return ids.filter((id) => filesIn(join(place, 'backups', id)).includes('manifest.json'));
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

async function waiting({ app }: TestApp): Promise<number> {
  const rows = await app.database.selectFrom('outbox').select('id').execute();
  return rows.length;
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error('It did not happen within a minute.');
    await sleep(50);
  }
}
