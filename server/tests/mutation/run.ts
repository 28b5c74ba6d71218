/**
 * `npm run mutation`: plants small mistakes in `domain/`, one at a time, and counts how many the tests notice. Stryker runs
 * the tests that reach a mistake, in this process and on SQLite. What survives is listed, and kept in coverage/mutation.json.
 * A mistake takes about ten seconds, so the default is a sample. A mistake that only some tests are tried on takes less.
 *
 *   npm run mutation                                            every 50th line of the domain
 *   npm run mutation -- sessions                                those of them that are in one folder
 *   npm run mutation -- --every 1 sessions passwords            every line of two folders
 *   npm run mutation -- --tests security,sessions sessions      tried on tests with one of the words in their path
 */
import { globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';

const root = join(import.meta.dirname, '../../..');
const domain = join(root, 'server/src/domain');

const { values, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: { every: { type: 'string', default: '50' }, tests: { type: 'string', default: '' } },
});
const every = Math.max(1, Number.parseInt(values.every, 10) || 1);

/** Texts and word lists: a mistake there is for a reader to see. */
const isData = (file: string) => /languages\/|common-passwords/.test(file);

const isWanted = (file: string) =>
  folders.length === 0 || folders.some((start) => file.startsWith(start));

/** Lines are counted across all files, so that short files are sampled too, and the same lines whatever is wanted. */
function sample(files: readonly string[]): string[] {
  let line = 0;
  return files.flatMap((file) => {
    const path = relative(root, join(domain, file));
    const lines = readFileSync(join(domain, file), 'utf8').split('\n').length;
    const first = every - (line % every);
    line += lines;
    if (!isWanted(file)) return [];
    if (every === 1) return [path];
    const count = Math.floor((lines - first) / every) + 1;
    return Array.from({ length: count }, (_, i) => first + i * every).map(
      (own) => `${path}:${own}-${own}`,
    );
  });
}

const files = globSync('**/*.ts', { cwd: domain })
  .filter((file) => !isData(file))
  .sort();
const mutate = sample(files);

if (mutate.length === 0) {
  process.stderr.write(`No line of server/src/domain is in ${folders.join(' or ')}.\n`);
  process.exit(1);
}

process.env.MUTATION_TESTS = values.tests;
const stryker = new Stryker({ configFile: join(import.meta.dirname, 'stryker.json'), mutate });
const results = await stryker.runMutationTest();
const count = (...statuses: string[]) =>
  results.filter(({ status }) => statuses.includes(status)).length;
const caught = count('Killed', 'Timeout');
const all = caught + count('Survived', 'NoCoverage');
process.stdout.write(
  `${caught} of ${all} mistakes caught (${Math.round((100 * caught) / all)} %)\n`,
);
