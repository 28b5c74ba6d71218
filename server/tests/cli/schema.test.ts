import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isSubject, newMigration } from '../../src/app/new-migration.ts';
import { databasePlace, migrationNamed } from '../../src/app/schema.ts';
import { command } from '../support/command.ts';

const listOfOne = `import { foundation } from './0001-foundation.ts';
import type { Migration } from './migration.ts';

/** Every step, oldest first. */
export const migrations: readonly Migration[] = [foundation];
`;

describe('rookery migrate', () => {
  it('prints the SQL of another engine without asking it', async () => {
    const { code, out } = await command(['migrate', 'show', '0001'], {
      DATABASE_URL: 'mysql://nobody@127.0.0.1:1/nothing',
    });

    expect(code).toBe(0);
    expect(out).toMatch(/^create table `accounts` .* engine = InnoDB/);
  });

  it('says which names there are', async () => {
    const { code, err } = await command(['migrate', 'up', 'nothing']);

    expect(code).toBe(2);
    expect(err).toContain('nothing is not a migration. There are: 0001-foundation');
  });

  it('says which database does not answer, without its password', async () => {
    const { code, err } = await command(['migrate', 'status'], {
      DATABASE_URL: 'postgres://alice:hidden@127.0.0.1:1/rookery',
    });

    expect(code).toBe(1);
    expect(err).toMatch(/^rookery: postgres:..127.0.0.1:1.rookery does not answer: .*DATABASE_URL/);
  });

  it('understands how a name begins', () => {
    expect(['0001', '0001-foundation', 'none', '0', '7'].map(migrationNamed)).toEqual([
      '0001-foundation',
      '0001-foundation',
      'none',
      null,
      null,
    ]);
  });
});

describe('rookery db reset', () => {
  it('refuses when standard input is not a terminal', async () => {
    const { code, err } = await command(['db', 'reset']);

    expect(code).toBe(1);
    expect(err).toContain('Add --yes');
  });

  it.each(['staging', 'production'])('refuses in %s without --yes', async (name) => {
    const { code, err } = await command(['db', 'reset'], {
      ROOKERY_ENV: name,
      PUBLIC_URL: 'https://photos.example.com',
    });

    expect(code).toBe(1);
    expect(err).toContain('Confirm with --yes');
  });

  it('makes the tables anew', async () => {
    const { code, out } = await command(['db', 'reset', '--yes']);

    expect(code).toBe(0);
    expect(out).toMatch(/^dropped 0 tables, applied 0001-foundation/);
  });

  it('names the database without its password', () => {
    const databaseUrl = 'postgres://alice:hidden@db.example.com:5432/rookery';

    expect(databasePlace({ databaseUrl })).toBe('postgres://db.example.com:5432/rookery');
  });
});

describe('rookery migrate new', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rookery-migrations-'));
    const source = join(import.meta.dirname, '../../src/db/migrations');
    for (const file of ['0001-foundation.ts', 'migration.ts']) {
      cpSync(join(source, file), join(folder, file));
    }
    writeFileSync(join(folder, 'index.ts'), listOfOne);
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('writes the next number and names it in the list', () => {
    const path = newMigration('post-places', folder);

    expect(path).toBe(join(folder, '0002-post-places.ts'));
    expect(readFileSync(path, 'utf8')).toContain("name: '0002-post-places'");
    expect(readFileSync(join(folder, 'index.ts'), 'utf8')).toContain(
      "import { postPlaces } from './0002-post-places.ts';",
    );
    expect(readFileSync(join(folder, 'index.ts'), 'utf8')).toContain('[foundation, postPlaces];');
  });

  it('changes nothing else in the list', () => {
    const before = readFileSync(join(folder, 'index.ts'), 'utf8');
    newMigration('post-places', folder);
    const after = readFileSync(join(folder, 'index.ts'), 'utf8');

    expect(after.replace(/.*postPlaces.*from.*\n/, '').replace(', postPlaces', '')).toBe(before);
  });

  it('refuses a subject that is no name, and a folder without source', () => {
    expect(['post-places', 'Post Places'].map(isSubject)).toEqual([true, false]);
    expect(() => newMigration('post-places', join(folder, 'dist'))).toThrow('source checkout');
  });
});
