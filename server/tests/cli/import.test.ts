import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { cleanUp, runCommand, temporaryFolder } from '../support/process.ts';

/** Several processes, on a machine that may be busy. */
const slow = { timeout: 60_000 };

describe('rookery import accounts', () => {
  afterEach(cleanUp);

  it('imports a file, lists its faults, and goes on when it was corrected', slow, async () => {
    const DATA_DIR = temporaryFolder();
    const file = join(DATA_DIR, 'people.jsonl');
    const run = (...more: string[]) =>
      runCommand(['import', 'accounts', file, ...more], { environment: { DATA_DIR } });
    const good = '{"username":"alice"}\n{"email":"bob@example.com","displayName":"Bob"}\n';
    writeFileSync(file, `${good}{"username":"carla","passwordHash":"in plain"}`);

    const dry = await run('--dry-run');
    const first = await run();
    writeFileSync(file, `${good}{"username":"carla"}\n`);
    const second = await run('--json');

    expect(dry.code).toBe(1);
    expect(dry.stdout).toContain('2 would be imported, 0 existing, 1 with errors\n');
    expect(first.code).toBe(1);
    expect(first.stdout).toMatch(/^line 3: passwordHash is of no form that can be checked here/);
    expect(first.stdout).toContain('2 imported, 0 existing, 1 with errors\n');
    expect(first.stderr).toContain('importing: 100 % of 3\n');
    expect(first.stderr).toContain('rookery: 1 line was skipped. Correct the file');
    expect(first.stdout + first.stderr).not.toContain('in plain');
    expect(second.code).toBe(0);
    expect(JSON.parse(second.stdout)).toEqual({ imported: 1, skipped: 2, faults: [] });
  });

  it('says what is wrong with the file', slow, async () => {
    const DATA_DIR = temporaryFolder();
    const empty = join(DATA_DIR, 'empty.jsonl');
    writeFileSync(empty, '');

    const missing = await runCommand(['import', 'accounts', join(DATA_DIR, 'none.jsonl')], {
      environment: { DATA_DIR },
    });
    const nothing = await runCommand(['import', 'accounts', empty], { environment: { DATA_DIR } });

    expect([missing.code, missing.stdout]).toEqual([1, '']);
    expect(missing.stderr).toMatch(/none\.jsonl cannot be read: ENOENT/);
    expect([nothing.code, nothing.stdout]).toEqual([0, '0 imported, 0 existing, 0 with errors\n']);
  });
});
