import { posix } from 'node:path';

/** A file of the project, and the files of the project that it imports; paths from the root. */
export type Imports = ReadonlyMap<string, readonly string[]>;

/** Modules that import nearly everything: by way of them every test would be related to every change of the program. */
const hubs =
  /^server\/(tests\/support\/|src\/app\/(app|http|services|config)\.ts|src\/cli\/|src\/main\.ts)/;

/** Small tests that see what any change may break: the rules of the tree, and the whole program once. */
const always =
  /^server\/tests\/(architecture|domain-folders|contracts\/v2\/story|db\/queries)\.test\.ts$/;

/** In the names of files: roles and layers, which say nothing about the subject. */
const roles = new Set(
  'adapters app check cli client contract contracts db domain jobs memory own read routes rules server service src store support test tests ts wire'.split(
    ' ',
  ),
);

/**
 * The test files that a change may break: those that changed, that import what changed (but not by way of what imports
 * everything), and that have its subject in their path.
 */
export function relatedTests(changed: readonly string[], imports: Imports): string[] {
  const tests = [...imports.keys()].filter((file) => file.endsWith('.test.ts'));
  const sources = changed.filter(isSource);
  const ofSources = importersOf(sources, imports, (file) => hubs.test(file));
  const ofOthers = importersOf(
    changed.filter((file) => !isSource(file)),
    imports,
    () => false,
  );
  const importers = new Set([...ofSources, ...ofOthers]);
  const subjects = new Set(sources.flatMap(subjectsOf));
  return tests.filter(
    (test) =>
      importers.has(test) || always.test(test) || subjectsOf(test).some((it) => subjects.has(it)),
  );
}

/** Paths that a module names in its imports, from the root. */
export function importedBy(file: string, text: string): string[] {
  const named = text.matchAll(/(?:from|import)[ (]'(\.[^']+)'/g);
  return [...named].map(([, path = '']) => posix.join(posix.dirname(file), path));
}

/** The files themselves and all that import them, over any number of steps that do not lead through what `stops`. */
function importersOf(
  files: readonly string[],
  imports: Imports,
  stops: (file: string) => boolean,
): Set<string> {
  const found = new Set(files);
  let size: number;
  do {
    size = found.size;
    for (const [file, named] of imports) {
      if (!stops(file) && named.some((it) => found.has(it))) found.add(file);
    }
  } while (found.size > size);
  return found;
}

function isSource(file: string): boolean {
  return /^(server|client)\/src\//.test(file);
}

/** `server/src/contracts/mini-sns/tweets.ts` → `mini-sns`, `tweet`. */
function subjectsOf(file: string): string[] {
  const parts = file.replace(/(\.test)?\.ts$/, '').split('/');
  const words = parts.slice(1).flatMap((part) => [part, ...part.split('-')]);
  return words
    .map((word) => word.replace(/s$/, ''))
    .filter((word) => word.length > 2 && !roles.has(word) && !roles.has(`${word}s`));
}
