import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { isReached, type ServerEngine, servers } from './server/tests/support/databases.ts';
import { s3Problem } from './server/tests/support/s3.ts';

/** Of older servers: one domain lies behind them all, whose retries the tests of `/v2` try. */
const olderContracts = 'server/tests/contracts/{base-api,flask-api,hmlet,mini-sns,mithril}/**';

/** Tests that ask a database; they run on every engine. The others run once. */
const onEveryEngine = [
  'server/tests/contracts/**/*.test.ts',
  'server/tests/db/**/*.test.ts',
  'server/tests/jobs/**/*.test.ts',
];

/**
 * In the folders above, but about what happens before or after a query: how requests are parsed and refused, what pictures and
 * documents look like. They run once; what they ask a database the other files ask as well.
 */
const onOneEngine = [
  'server/tests/contracts/{cross-origin,files,odd-requests,openapi,request-ids,slow-bodies,token-first}.test.ts',
  'server/tests/contracts/v2/{declaration,openapi,pictures}.test.ts',
  'server/tests/contracts/v2/bad-input/{addresses,bodies,forms,pictures,types}.test.ts',
  'server/tests/contracts/v2/identities/id-tokens.test.ts',
  'server/tests/contracts/v2/security/{access-tokens,connections,equal-work,startup}.test.ts',
];

const all = ['sqlite', 'postgres', 'mysql', 'cockroachdb'] as const;

/** The engines that `DATABASES=sqlite,postgres` names, or else all that answer. */
async function engines(): Promise<string[]> {
  const named = process.env.DATABASES;
  if (named) return named.split(',').map((name) => name.trim());
  const reached: string[] = [];
  for (const engine of all) {
    if (engine === 'sqlite' || (await isReached(servers[engine as ServerEngine])))
      reached.push(engine);
    else process.stderr.write(`${engine} is not reached: its tests are left out.\n`);
  }
  return reached;
}

/** CockroachDB's dialect is PostgreSQL's but for what is retried. */
function excluded(engine: string): string[] {
  if (engine === 'sqlite') return [];
  const others = [...onOneEngine, 'server/tests/db/sqlite.test.ts'];
  return engine === 'cockroachdb' ? [...others, olderContracts] : others;
}

function project(engine: string): TestProjectInlineConfiguration {
  return {
    extends: true,
    test: {
      name: engine,
      include:
        engine === 'sqlite'
          ? ['server/tests/**/*.test.ts', 'client/tests/**/*.test.ts']
          : onEveryEngine,
      exclude: excluded(engine),
      env: { TEST_DATABASE: engine, TEST_RUN_PID: String(process.pid) },
      globalSetup: ['./server/tests/support/global-setup.ts'],
      setupFiles: engine === 'cockroachdb' ? ['./server/tests/support/trouble.ts'] : [],
    },
  };
}

if (s3Problem) process.stderr.write(`S3: ${s3Problem}; its tests are left out.\n`);

export default defineConfig({
  test: {
    projects: (await engines()).map(project),
    reporters: ['default', './server/tests/support/summary-reporter.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // More than the smallest machine has cores: many tests wait for a process, a database or a clock.
    maxWorkers: 3,
    // The files of a worker share its modules: to load them again for each file is half of the time.
    isolate: false,
    coverage: {
      include: ['server/src/**', 'client/src/**'],
      // The sums on the terminal; file by file in coverage/index.html.
      reporter: ['text-summary', 'html'],
    },
  },
});
