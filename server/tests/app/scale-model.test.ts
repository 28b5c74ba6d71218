import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Costs, costsOf, estimate, loadNames, usualPeople } from '../../bench/scale-model.ts';
import { rootDir } from '../support/process.ts';

const millisecond = Object.fromEntries(loadNames.map((name) => [name, 1000])) as Costs;
const nobody = Object.fromEntries(Object.keys(usualPeople).map((name) => [name, 0]));
/** A hundred accounts a second, each of which does one thing a day. */
const people = { ...usualPeople, ...nobody, accounts: 8_640_000, activeShare: 1, peakFactor: 2 };

describe('the model of docs/scale.md', () => {
  it('multiplies what people do with what it costs', () => {
    const found = estimate({ ...people, timelinesPerDay: 1, likesPerDay: 1 }, millisecond);

    expect(found).toMatchObject({
      activeAccounts: 8_640_000,
      meanRequestsPerSecond: 200,
      peakRequestsPerSecond: 400,
      peakWritesPerSecond: 200,
      peakPhotoCores: 0,
      photoBytesPerYear: 0,
      machines: 1,
    });
    expect(found.peakCores).toBeCloseTo(0.4);
  });

  it('counts the bytes of photos that are kept and sent', () => {
    const photos = { photoShare: 1, postsPerDay: 1, keptPhotoBytes: 1000 };
    const pages = { timelinesPerDay: 1, photosPerPage: 2, sentPhotoBytes: 500 };
    const found = estimate({ ...people, ...photos, ...pages }, millisecond);

    expect(found.photoBytesPerYear).toBe(8_640_000 * 365 * 1000);
    expect(found.bytesPerMonth).toBe(8_640_000 * 30 * 1000);
    expect(found.peakBitsPerSecond).toBe(100 * 2 * 1000 * 8);
    expect(found.peakPhotoCores).toBeCloseTo(0.2);
  });

  it('counts the rows of a year', () => {
    const found = estimate({ ...people, likesPerDay: 1 }, millisecond);

    expect(found.databaseBytesPerYear).toBe(8_640_000 * (514 + 365 * 102) * 2);
  });

  it.each([
    [{ accounts: 1000 }, 'none'],
    [{ timelinesPerDay: 10 }, 'one process'],
    [{ postsPerDay: 0.01, photoShare: 1, keptPhotoBytes: 1e6 }, 'the disk with the photos'],
    [{ timelinesPerDay: 100 }, 'one machine, and its line'],
    [{ likesPerDay: 10 }, 'the size of one database'],
    [{ followsPerDay: 51 }, 'writes of one database'],
  ])('names what is reached first: %j', (what, bottleneck) => {
    expect(estimate({ ...people, ...what }, millisecond).bottleneck).toBe(bottleneck);
  });

  it('reads a benchmark, and says which load it lacks', () => {
    const rows = loadNames.map((name) => ({ name, cpuUsPerRequest: 1000 }));

    expect(costsOf({ rows })).toEqual(millisecond);
    expect(() => costsOf({ rows: rows.slice(1) })).toThrow('no CPU of the load timeline');
  });
});

describe('docs/scale.md', () => {
  const page = readFileSync(join(rootDir, 'docs/scale.md'), 'utf8');
  const simulate = join(rootDir, 'server/bench/simulate.ts');

  it('shows what npm run simulate prints', () => {
    const { stdout } = spawnSync(process.execPath, [simulate], { encoding: 'utf8' });

    expect(stdout).toContain('| first bottleneck |');
    expect(page).toContain(stdout);
  });

  it('lists every input with its default', () => {
    const listed = Object.entries(usualPeople).map(([name, value]) => {
      const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      return `| \`--${flag}\` | ${value.toLocaleString('en-US')} |`;
    });

    expect(listed.filter((row) => !page.includes(row))).toEqual([]);
  });
});
