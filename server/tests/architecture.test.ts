import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const source = join(root, 'server/src');

/** The bulk seed writes past the stores, for a million rows one by one would take an hour. */
const bulkSeed = 'app/seed/large-set.ts';

describe('the tree', () => {
  it('in ARCHITECTURE.md is that of the folders', () => {
    const drawn = drawnFolders(readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8'));

    expect(drawn).toEqual(foldersOf(source));
  });

  it('has no folder for what belongs nowhere', () => {
    const names = readdirSync(source, { recursive: true, encoding: 'utf8' });

    expect(
      names.filter((n) => /(^|\/)(utils?|helpers?|common|core|lib|managers?)(\/|\.|$)/.test(n)),
    ).toEqual([]);
  });
});

describe('what no import shows', () => {
  it('every table has one writer', () => {
    const writers = writersOf(filesOf(source));
    const shared = Object.entries(writers).filter(([, files]) => files.length !== 1);

    expect(Object.keys(writers).length).toBeGreaterThan(10);
    expect(shared).toEqual([]);
  });

  it('SQL is in db/ and in stores, reads too', () => {
    expect(queriesOutside(filesOf(source))).toEqual([]);
  });

  it('a query that a service builds is found', () => {
    const planted = [
      "await database.selectFrom('posts').selectAll().execute();",
      "await tx\n  .updateTable('posts')\n  .set({ caption: '' })\n  .execute();",
      'await database.executeQuery(query);',
    ].map((text) => ({ name: 'domain/posts/planted-service.ts', text }));

    expect(queriesOutside(planted)).toHaveLength(3);
    expect(queriesOutside(planted.map((file) => ({ ...file, name: 'db/planted.ts' })))).toEqual([]);
  });

  it('the environment is read in config.ts alone', () => {
    const readers = filesOf(source).filter(({ text }) => /process\.env\b/.test(text));

    expect(readers.map(({ name }) => name)).toEqual(['app/config.ts']);
  });
});

describe('each rule of the imports catches a planted violation', () => {
  const planted: Record<string, [file: string, code: string]> = {
    '1-no-cycles': [
      'domain/posts/planted-a.ts',
      "import { b } from './planted-b.ts';\nexport const a = () => b;",
    ],
    '2-domain-knows-no-transport': [
      'domain/planted.ts',
      "import { v2 } from '../contracts/v2/contract.ts';\nexport const x = v2;",
    ],
    '3-domain-imports-no-vendor': [
      'domain/planted-vendor.ts',
      "import sharp from 'sharp';\nexport const x = sharp;",
    ],
    '4-db-is-the-floor': [
      'db/planted.ts',
      "import { invalid } from '../domain/errors.ts';\nexport const x = invalid;",
    ],
    '5-kysely-only-in-db-and-stores': [
      'domain/posts/planted-service.ts',
      "import { sql } from 'kysely';\nexport const x = sql;",
    ],
    '6-stores-are-private-to-the-domain': [
      'contracts/planted.ts',
      "import { findPost } from '../domain/posts/post-store.ts';\nexport const x = findPost;",
    ],
    '7-contracts-speak-to-services': [
      'contracts/v2/planted.ts',
      "import { openDatabase } from '../../db/database.ts';\nexport const x = openDatabase;",
    ],
    '8-contracts-do-not-import-each-other': [
      'contracts/other/planted.ts',
      "import { v2 } from '../v2/contract.ts';\nexport const x = v2;",
    ],
    '9-adapters-know-ports-and-a-vendor': [
      'adapters/bus/planted.ts',
      "import { foldName } from '../../domain/accounts/account.ts';\nexport const x = foldName;",
    ],
    '10-jobs-know-no-http': [
      'jobs/planted.ts',
      "import Fastify from 'fastify';\nexport const x = Fastify;",
    ],
    '11-routes-are-imported-by-their-contract': [
      'contracts/v2/planted-routes.ts',
      "import { postRoutes } from './post-routes.ts';\nexport const x = postRoutes;",
    ],
    '12-backups-know-ports-and-the-database': [
      'backup/planted.ts',
      "import { diskBlobs } from '../adapters/blobs/disk.ts';\nexport const x = diskBlobs;",
    ],
    'cli-speaks-to-app-and-domain': [
      'cli/planted.ts',
      "import { openDatabase } from '../db/database.ts';\nexport const x = openDatabase;",
    ],
  };
  let broken: Violation[];
  let copy: string;

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'rookery-planted-'));
    cpSync(source, join(copy, 'server/src'), { recursive: true });
    cpSync(join(root, 'client/src'), join(copy, 'client/src'), { recursive: true });
    for (const name of [
      'node_modules',
      '.dependency-cruiser.cjs',
      'tsconfig.json',
      'tsconfig.base.json',
    ]) {
      symlinkSync(join(root, name), join(copy, name));
    }
    for (const [file, code] of Object.values(planted)) plant(join('server/src', file), code);
    plant(
      'server/src/domain/posts/planted-b.ts',
      "import { a } from './planted-a.ts';\nexport const b = () => a;",
    );
    plant('client/src/planted.ts', "import sharp from 'sharp';\nexport const x = sharp;");
    broken = cruise(copy);
  }, 60_000);

  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  for (const [rule, [file]] of Object.entries(planted)) {
    it(rule, () => {
      expect(broken).toContainEqual({
        rule: expect.objectContaining({ name: rule }),
        from: join('server/src', file),
      });
    });
  }

  it('client-imports-nothing', () => {
    expect(broken).toContainEqual({
      rule: expect.objectContaining({ name: 'client-imports-nothing' }),
      from: 'client/src/planted.ts',
    });
  });

  it('max-lines-per-function, in the domain', () => {
    const lines = Array.from({ length: 59 }, (_, i) => `  // ${i}`).join('\n');
    const code = `export function planted(): void {\n${lines}\n}`;
    plant('server/src/domain/planted-long.ts', code);
    plant('server/src/domain/planted-fitting.ts', code.replace('  // 0\n', ''));
    // No link: the patterns of the configuration start where it really is.
    cpSync(join(root, '.oxlintrc.json'), join(copy, '.oxlintrc.json'));

    const planted = ['long', 'fitting'].map((name) => `server/src/domain/planted-${name}.ts`);

    expect(lint(copy, planted)).toEqual([
      { code: 'eslint(max-lines-per-function)', filename: 'server/src/domain/planted-long.ts' },
    ]);
  });

  function plant(file: string, code: string): void {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    writeFileSync(join(copy, file), `${code}\n`);
  }
});

type Violation = { rule: { name: string }; from: string };

function cruise(cwd: string): Violation[] {
  const args = [
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'json',
    'server/src',
    'client/src',
  ];
  const command = join(root, 'node_modules/.bin/depcruise');
  const { summary } = JSON.parse(
    execFileSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 26, stdio: 'pipe' }),
  );
  return summary.violations.map(({ rule, from }: Violation) => ({ rule, from }));
}

function lint(cwd: string, files: string[]): Array<{ code: string; filename: string }> {
  const command = join(root, 'node_modules/.bin/oxlint');
  const { stdout } = spawnSync(command, ['--format', 'json', ...files], { cwd, encoding: 'utf8' });
  const { diagnostics } = JSON.parse(stdout);
  return diagnostics.map(({ code, filename }: { code: string; filename: string }) => ({
    code,
    filename,
  }));
}

/** Folders below `server/src` as the tree in ARCHITECTURE.md draws them. */
function drawnFolders(text: string): string[] {
  const tree = /```text\nserver\/src\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  const path: string[] = [];
  return tree
    .split('\n')
    .flatMap((line) => {
      const match = /^([│ ]*)[├└]─ (\S+)\//.exec(line);
      if (!match) return [];
      const [, indent = '', name = ''] = match;
      path.splice(indent.length / 3, path.length, name);
      return [path.join('/')];
    })
    .sort();
}

function foldersOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

function filesOf(folder: string): Array<{ name: string; text: string }> {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
}

/** Files that build or run queries, though they are neither in `db/` nor stores. */
function queriesOutside(files: ReturnType<typeof filesOf>): string[] {
  const query =
    /\.(selectFrom|selectNoFrom|insertInto|replaceInto|updateTable|deleteFrom|mergeInto|executeQuery)\(|\binsertIgnore\(|\bprepared\(/;
  return files
    .filter(({ name, text }) => query.test(text) && !/^db\/|-store\.ts$/.test(name))
    .map(({ name }) => name)
    .filter((name) => name !== bulkSeed);
}

function writersOf(files: ReturnType<typeof filesOf>): Record<string, string[]> {
  const writers: Record<string, Set<string>> = {};
  const write = /(?:insertInto|updateTable|deleteFrom)\(\s*'(\w+)'|insertIgnore\(\s*tx,\s*'(\w+)'/g;
  for (const { name, text } of files) {
    if (name === bulkSeed) continue;
    for (const [, direct, ignored] of text.matchAll(write)) {
      const table = direct ?? ignored ?? '';
      writers[table] = (writers[table] ?? new Set()).add(name);
    }
  }
  return Object.fromEntries(Object.entries(writers).map(([table, names]) => [table, [...names]]));
}
