import { globSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const root = join(import.meta.dirname, '../../..');
const reaching = [
  'server/tests/contracts/**/*.test.ts',
  'server/tests/db/**/*.test.ts',
  'server/tests/domain/**/*.test.ts',
  'server/tests/jobs/**/*.test.ts',
];
const words = (process.env.MUTATION_TESTS ?? '').split(',').filter((word) => word !== '');
const chosen = globSync(reaching, { cwd: root }).filter(
  (path) => words.length === 0 || words.some((word) => path.includes(word)),
);

/** The tests that reach the domain in this process, on SQLite: mutants do not reach processes that a test starts. */
export default defineConfig({
  test: {
    include: chosen,
    env: { TEST_DATABASE: 'sqlite', TEST_RUN_PID: String(process.pid) },
    // It runs for hours beside other work: a busy machine must not look like a caught mistake.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    isolate: false,
  },
});
