import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { requireOnlyServer } from '../../src/app/only-server.ts';
import { openDatabase } from '../../src/db/database.ts';
import { migrateUp } from '../../src/db/migrate.ts';

it('a second server on one SQLite file waits for the end of the first, but not forever', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rookery-only-'));
  const url = `sqlite:${join(folder, 'rookery.sqlite')}`;
  const [first, second] = [openDatabase(url), openDatabase(url)];
  await migrateUp(first);
  await requireOnlyServer(first);

  await expect(requireOnlyServer(second, 0)).rejects.toThrow(
    'Another server runs on this DATA_DIR',
  );
  const waiting = requireOnlyServer(second, 30_000);
  await first.close();

  await expect(waiting).resolves.toBeUndefined();
  await second.close();
  rmSync(folder, { recursive: true });
});
