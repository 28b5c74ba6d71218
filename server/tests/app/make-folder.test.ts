import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolder } from '../../src/app/make-folder.ts';

describe('a folder', () => {
  let base: string;

  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'rookery-test-'));
  });

  afterEach(() => rmSync(base, { recursive: true, force: true }));

  it('is made with those above it, for its owner alone, and again', () => {
    const folder = join(base, 'one/two/three');
    makeFolder(folder);
    makeFolder(folder);

    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it.each(['/proc/nothing', '/proc/nothing/there'])(
    'that the system refuses is an error: %s',
    (it) => {
      expect(() => makeFolder(it)).toThrow('ENOENT');
    },
  );

  it('cannot be where a file is', () => {
    const file = join(base, 'file');
    writeFileSync(file, '');

    expect(() => makeFolder(file)).toThrow('EEXIST');
    expect(() => makeFolder(join(file, 'below'))).toThrow('ENOTDIR');
  });
});
