import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolder, makeFolderSync } from '../../src/adapters/folders.ts';

describe('a folder', () => {
  let top: string;

  beforeEach(() => {
    top = mkdtempSync(join(tmpdir(), 'rookery-folders-'));
  });

  afterEach(() => rmSync(top, { recursive: true }));

  it('is made with those above it, and says which was the first', async () => {
    const path = join(top, 'a/b/c');

    expect(await makeFolder(path, { mode: 0o700 })).toBe(join(top, 'a'));
    expect(await makeFolder(path)).toBeUndefined();
    expect(statSync(join(top, 'a')).mode & 0o777).toBe(0o700);
    makeFolderSync(join(top, 'd/e'));
    makeFolderSync(join(top, 'd/e'));
    expect(existsSync(join(top, 'd/e'))).toBe(true);
  });

  it('is made by many at once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => makeFolder(join(top, 'x/y/z'))));

    expect(existsSync(join(top, 'x/y/z'))).toBe(true);
  });

  it('is refused, and not tried forever, where nothing can be made', async () => {
    const file = join(top, 'file');
    writeFileSync(file, '');

    for (const path of ['/proc/rookery/data', file, join(file, 'below')]) {
      await expect(makeFolder(path)).rejects.toThrow(/ENOENT|ENOTDIR|EEXIST|EACCES/);
      expect(() => makeFolderSync(path)).toThrow(/ENOENT|ENOTDIR|EEXIST|EACCES/);
    }
  });
});
