import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['server/tests/**/*.test.ts', 'client/tests/**/*.test.ts'],
    reporters: ['default', './server/tests/support/summary-reporter.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    maxWorkers: 2,
    coverage: { include: ['server/src/**', 'client/src/**'] },
  },
});
