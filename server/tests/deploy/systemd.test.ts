import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { cleanUp, rootDir, temporaryFolder } from '../support/process.ts';

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;
const reason = hasSystemd ? '' : ' (skipped: systemd-analyze is not installed)';
const folder = join(rootDir, 'deploy/systemd');
const units = readdirSync(folder);
const textOf = (unit: string) => readFileSync(join(folder, unit), 'utf8');
const services = units.filter((unit) => unit.endsWith('.service'));

describe('the units of systemd', () => {
  afterEach(cleanUp);

  it.runIf(hasSystemd)(`are accepted${reason}`, () => {
    const copies = temporaryFolder();
    const files = units.map((unit) => {
      const file = join(copies, unit.replace('@', '@3001'));
      // What it starts need not be installed here.
      writeFileSync(file, textOf(unit).replaceAll('/usr/local/bin/rookery', '/bin/true'));
      return file;
    });
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', ...files], {
      encoding: 'utf8',
    });
    const ours = stderr.split('\n').filter((line) => line.includes(copies));

    expect([status, ours]).toEqual([0, []]);
  });

  it.each(services)('run as an ordinary user without rights: %s', (unit) => {
    const text = textOf(unit);

    for (const line of [
      'User=rookery',
      'NoNewPrivileges=yes',
      'ProtectSystem=strict',
      'CapabilityBoundingSet=',
      'StateDirectory=rookery',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
  });

  it('have a timer for each service that is started by one', () => {
    const timers = units.filter((unit) => unit.endsWith('.timer'));
    const served = timers.map((unit) => unit.replace('.timer', '.service'));
    const oneShots = services.filter((unit) => textOf(unit).includes('Type=oneshot'));

    expect(served).toEqual(oneShots);
  });
});
