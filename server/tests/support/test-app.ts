import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argon2Hasher } from '../../src/adapters/passwords/argon2.ts';
import { type App, openApp } from '../../src/app/app.ts';
import { type Config, readConfig } from '../../src/app/config.ts';
import { people } from '../../src/app/seed/people.ts';
import { operator } from '../../src/domain/authority.ts';
import { DomainError } from '../../src/domain/errors.ts';
import { type Clock, stoppedClock } from './clock.ts';
import { emptyDatabase } from './databases.ts';
import { testLog } from './shared-http.ts';

export type Person = (typeof people)[number]['username'];

/** By name, as the seed sets them. */
export const passwords = Object.fromEntries(
  people.map(({ username, password }) => [username, password]),
) as Record<Person, string>;

export type TestApp = {
  app: App;
  clock: Clock;
  dataDir: string;
  /** Lines that were logged. */
  logged: string[];
  /** Makes the account of one of the people, unless it is there, and returns its id. */
  account(person: Person): Promise<number>;
  /** Runs all jobs that are due. */
  work(): Promise<void>;
  close(): Promise<void>;
};

export type TestAppOptions = {
  environment?: Record<string, string>;
  config?: Partial<Config>;
  /** Hashes at full cost; for tests of just that. */
  hasRealPasswords?: boolean;
  /** Which contracts are served. Default: `/v2` alone. */
  contracts?: 'all' | 'v2';
  /** Of what `logged` holds. Default: `info`. */
  logLevel?: 'debug' | 'info';
};

const cheapPasswords = argon2Hasher({
  concurrency: 4,
  cost: { memoryCost: 64, timeCost: 1, parallelism: 1 },
});

const testSecret = '4f0c6d1be2a97385f1c0b6d47a92e38c';

/**
 * The program without HTTP, for tests of what it does: services, jobs and stores on an empty database, and files in a temporary folder.
 * It is noon on 1 June 2026.
 */
export async function testApp(options: TestAppOptions = {}): Promise<TestApp> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rookery-test-'));
  const logged: string[] = [];
  const log = testLog(options.logLevel ?? 'info', (line) => void logged.push(line));
  const clock = stoppedClock();
  const own = options.environment?.DATABASE_URL;
  const database = own ? null : await emptyDatabase(process.env.TEST_DATABASE);
  const environment = {
    ...(database && { DATABASE_URL: database.url }),
    SECRET_KEY: testSecret,
    RATE_LIMITS: 'off',
    ...options.environment,
    DATA_DIR: dataDir,
  };
  const read = readConfig(environment);
  const contracts = options.contracts === 'all' ? read.contracts : ['v2'];
  const config = { ...read, contracts, ...options.config };
  const hashing = options.hasRealPasswords ? {} : { passwords: cheapPasswords };
  const app = await openApp(config, {
    now: clock.now,
    log,
    database: database?.open(),
    ...hashing,
  });

  return {
    app,
    clock,
    dataDir,
    logged,
    async account(person) {
      await makeAccount(app, person);
      return (await app.services.accountAdmin.find(operator, person)).id;
    },
    work: () => app.relay.drain(),
    async close() {
      await app.close();
      database?.release();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Signs one of the people up as an operator does, so that no mail waits to be sent. False when the names are taken. */
export async function makeAccount({ services }: App, person: Person): Promise<boolean> {
  try {
    await services.accounts.create({
      username: person,
      password: passwords[person],
      email: `${person}@example.com`,
      displayName: null,
      idempotencyKey: null,
    });
    return true;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'taken') return false;
    throw error;
  }
}
