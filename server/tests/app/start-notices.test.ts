import { expect, it } from 'vitest';
import { clockNotice } from '../../src/app/clock-notice.ts';
import { fewFilesNotice, openFileLimit } from '../../src/app/open-files.ts';
import { keyOfTime } from '../../src/domain/paging.ts';

const noon = new Date('2026-06-01T12:00:00Z');
const at = (minutes: number) => keyOfTime(new Date(noon.getTime() + minutes * 60_000));

it.each([
  [0, null],
  [at(-60), null],
  [at(4), null],
  [at(90), 'is 90 minutes behind'],
])('a clock is compared with the newest key: %d', (key, notice) => {
  if (notice === null) expect(clockNotice(key, noon)).toBeNull();
  else expect(clockNotice(key, noon)).toContain(notice);
});

it('a low limit of open files is told, with what to do', async () => {
  expect(fewFilesNotice(1024)).toContain('only 1024 files and connections');
  expect(fewFilesNotice(65_536)).toBeNull();
  expect(fewFilesNotice(null)).toBeNull();
  if (process.platform === 'linux') expect(await openFileLimit()).toBeGreaterThan(0);
});
