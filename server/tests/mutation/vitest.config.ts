import { defineConfig } from 'vitest/config';

/** The tests that reach the domain in this process, on SQLite: mutants do not reach processes that a test starts. */
export default defineConfig({
  test: {
    include: [
      'server/tests/contracts/*.test.ts',
      'server/tests/contracts/v2/**/*.test.ts',
      'server/tests/db/**/*.test.ts',
      'server/tests/domain/**/*.test.ts',
      'server/tests/jobs/**/*.test.ts',
    ],
    env: { TEST_DATABASE: 'sqlite', TEST_RUN_PID: String(process.pid) },
    testTimeout: 20_000,
    hookTimeout: 30_000,
    isolate: false,
  },
});
