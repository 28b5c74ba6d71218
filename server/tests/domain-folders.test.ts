import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';

const domain = join(import.meta.dirname, '../src/domain');

/** Folders of the domain that import each other, and why that is better than another folder or an indirection. */
const mutualPairs: Record<string, string> = {
  'accounts <-> follows':
    'a profile says whether the viewer follows it; following needs the accounts of both',
  'second-factors <-> sessions':
    'opening a session asks for the second factor; the second factor opens the session',
};

it('no two folders of the domain import each other, but for the listed pairs', () => {
  const imports = folderImports();
  const mutual = [...imports].filter((pair) => {
    const [from = '', to = ''] = pair.split(' -> ');
    return from < to && imports.has(`${to} -> ${from}`);
  });

  expect(mutual.map((pair) => pair.replace('->', '<->')).sort()).toEqual(Object.keys(mutualPairs));
});

/** `a -> b` for every folder `a` of which a file imports one of folder `b`, types included. */
function folderImports(): Set<string> {
  const pairs = new Set<string>();
  const files = readdirSync(domain, { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('.ts'))) {
    const text = readFileSync(join(domain, file), 'utf8');
    for (const [, target = ''] of text.matchAll(/ from '(\.[^']+)'/g)) {
      const imported = relative(domain, join(domain, dirname(file), target));
      const [from, to] = [folderOf(file), folderOf(imported)];
      if (from && to && from !== to) pairs.add(`${from} -> ${to}`);
    }
  }
  return pairs;
}

/** Null for files of the domain's root, which belong to no folder, and for files outside. */
function folderOf(path: string): string | null {
  const [first = '', ...rest] = path.split('/');
  return rest.length > 0 && first !== '..' ? first : null;
}
