import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readPassingConfig } from '../../src/app/config.ts';

it('leaves nothing on disk for a command that only prints documents', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rookery-test-'));
  const dataDir = join(folder, 'data');

  const config = readPassingConfig({ DATA_DIR: dataDir, DATABASE_URL: 'postgres://db/rookery' });
  const isMade = existsSync(dataDir);
  await rm(folder, { recursive: true });

  expect(isMade).toBe(false);
  expect(config).toMatchObject({ databaseUrl: 'sqlite::memory:', logLevel: 'silent' });
});
