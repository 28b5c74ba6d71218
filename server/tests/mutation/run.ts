/**
 * `npm run mutation`: plants small mistakes in `domain/`, one at a time, and counts how many the tests notice. Stryker runs
 * the tests that reach a mistake, in this process and on SQLite. What survives is listed, and kept in coverage/mutation.json.
 * A mistake takes about ten seconds, so the default is a sample.
 *
 *   npm run mutation                                   every 50th line of the domain
 *   npm run mutation -- --every 1 sessions passwords   every line of two folders
 */
import { globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';

const root = join(import.meta.dirname, '../../..');
const domain = join(root, 'server/src/domain');

const { values, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: { every: { type: 'string', default: '50' } },
});
const every = Math.max(1, Number.parseInt(values.every, 10) || 1);

/** Texts and word lists: a mistake there is for a reader to see. */
const isData = (file: string) => /languages\/|common-passwords/.test(file);

/** Lines are counted across files, so that short files are sampled too, and the same lines every time. */
function sample(files: readonly string[]): string[] {
  let line = 0;
  return files.flatMap((file) => {
    const path = relative(root, join(domain, file));
    if (every === 1) return [path];
    const lines = readFileSync(join(domain, file), 'utf8').split('\n').length;
    const chosen: string[] = [];
    for (let own = 1; own <= lines; own += 1) {
      line += 1;
      if (line % every === 0) chosen.push(`${path}:${own}-${own}`);
    }
    return chosen;
  });
}

const files = globSync('**/*.ts', { cwd: domain })
  .filter((file) => !isData(file))
  .filter((file) => folders.length === 0 || folders.some((start) => file.startsWith(start)))
  .sort();

if (files.length === 0) {
  process.stderr.write(`No file in server/src/domain starts with ${folders.join(' or ')}.\n`);
  process.exit(1);
}

const mutate = sample(files);
const stryker = new Stryker({ configFile: join(import.meta.dirname, 'stryker.json'), mutate });
const results = await stryker.runMutationTest();
const count = (...statuses: string[]) =>
  results.filter(({ status }) => statuses.includes(status)).length;
const caught = count('Killed', 'Timeout');
const all = caught + count('Survived', 'NoCoverage');
process.stdout.write(
  `${caught} of ${all} mistakes caught (${Math.round((100 * caught) / all)} %)\n`,
);
