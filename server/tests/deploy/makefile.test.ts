import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { rootDir } from '../support/process.ts';

const hasMake = spawnSync('make', ['--version']).status === 0;
const reason = hasMake ? '' : ' (skipped: make is not installed)';

/** What a target would run. */
function dryRun(...args: string[]) {
  const { status, stdout, stderr } = spawnSync('make', ['--dry-run', ...args], {
    cwd: rootDir,
    encoding: 'utf8',
  });
  return { status, text: stdout + stderr };
}

describe('the Makefile', () => {
  const targets = 'build sbom init rm up down logs ps upgrade test backup restore'.split(' ');

  it.runIf(hasMake).each(targets)(`has the target %s${reason}`, (target) => {
    expect(dryRun(target)).toMatchObject({ status: 0 });
    expect(dryRun(target, 'small=1')).toMatchObject({ status: 0 });
  });

  it.runIf(hasMake)(`runs one container as the older servers had it${reason}`, () => {
    const { text } = dryRun('run', 'env=prod.env', 'net-name=mithrik-hw-net');

    expect(text).toContain('--env-file prod.env');
    expect(text).toContain('--network mithrik-hw-net');
    expect(text).toContain('--read-only');
  });

  it.runIf(hasMake)(`lists its targets${reason}`, () => {
    const { stdout } = spawnSync('make', [], { cwd: rootDir, encoding: 'utf8' });

    for (const target of targets) expect(stdout).toMatch(new RegExp(`^${target} `, 'm'));
  });
});

describe('run.sh', () => {
  it('explains itself when it is called in another way', () => {
    const { status, stderr } = spawnSync('sh', ['-c', 'PATH=$PATH:/nowhere; ./run.sh --nope'], {
      cwd: rootDir,
      encoding: 'utf8',
    });

    // Without Docker it says so first.
    expect([1, 2]).toContain(status);
    expect(stderr).toMatch(/small|Docker is not installed/);
  });
});
