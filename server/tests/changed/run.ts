/**
 * `npm run check:changed`: format, types, and the tests that a change may break, on SQLite. What has changed is what differs from
 * the branch that is named (default: `main`), committed or not. `npm run check` remains what must pass.
 *
 *   npm run check:changed              what differs from main
 *   npm run check:changed -- HEAD      what is not committed
 *   npm run check:changed -- --list    names the tests and runs nothing
 */
import { execFileSync, spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { importedBy, relatedTests } from './related.ts';

const root = join(import.meta.dirname, '../../..');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { list: { type: 'boolean', default: false } },
});

const changed = changedSince(positionals[0] ?? 'main');
const files = globSync('{client,server}/**/*.ts', { cwd: root, exclude: ['**/node_modules'] });
const imports = new Map(
  files.map((file) => [file, importedBy(file, readFileSync(join(root, file), 'utf8'))]),
);
const tests = relatedTests(changed, imports);

if (values.list) process.stdout.write(tests.map((test) => `${test}\n`).join(''));
else process.exitCode = (await check()) ? 0 : 1;

async function check(): Promise<boolean> {
  const start = performance.now();
  process.stdout.write(`${changed.length} changed files, ${tests.length} test files\n`);
  const outcomes = await Promise.all([
    run('biome', ['check', '--no-errors-on-unmatched', ...changed]),
    run('tsc', ['--noEmit', '-p', 'tsconfig.json']),
    run('vitest', ['run', '--project', 'sqlite', ...tests]),
  ]);
  const seconds = Math.round((performance.now() - start) / 1000);
  const failed = outcomes.filter((name) => name !== null);
  const result = failed.length > 0 ? `failed: ${failed.join(', ')}` : 'all passed';
  process.stdout.write(`${result}, after ${seconds} s\n`);
  return failed.length === 0;
}

/** What a branch and the working tree have that its common ancestor with `base` has not; deleted files left out. */
function changedSince(base: string): string[] {
  const ancestor = git('merge-base', base, 'HEAD')[0] ?? base;
  const differing = git('diff', '--name-only', '--diff-filter=d', ancestor);
  const added = git('ls-files', '--others', '--exclude-standard');
  return [...new Set([...differing, ...added])];
}

function git(...args: string[]): string[] {
  const text = execFileSync('git', args, { cwd: root, encoding: 'utf8' });
  return text.split('\n').filter((line) => line !== '');
}

/** Runs a tool and resolves to null, or to its name when it fails. */
function run(tool: string, args: readonly string[]): Promise<string | null> {
  const child = spawn(tool, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code === 0 ? null : tool));
  });
}
