import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { findLost, findMissingOriginals, readKept } from '../durability/kept.ts';
import { type Ledger, newLedger, writeUntilSilence } from '../durability/writers.ts';
import { sharedDatabase } from '../support/databases.ts';
import { cleanUp, runCommand, startProgram, temporaryFolder } from '../support/process.ts';
import { cleanUpSamples, engines, isThorough } from './samples.ts';

const SECRET_KEY = '4f0c6d1be2a97385f1c0b6d47a92e38c';
const verySlow = { timeout: 180_000 };

/** The other two are tried by `npm run test:backup`. */
const tried = isThorough ? engines : engines.slice(0, 1);

describe.each(tried)('a backup of a busy server on %s', (engine) => {
  afterEach(async () => {
    await cleanUp();
    cleanUpSamples();
  });

  it(
    'has every write that was acknowledged before it began, with its picture',
    verySlow,
    async () => {
      const [dataDir, place, restored] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
      const database = engine === 'sqlite' ? null : await sharedDatabase(engine);
      const environment = { SECRET_KEY, ...(database && { DATABASE_URL: database.url }) };
      const program = await startProgram({ dataDir, environment });
      const ledger = await newLedger(program);
      const writing = writeUntilSilence(program, ledger);
      while (!isBusy(ledger)) await sleep(10);

      const before = acknowledged(ledger);
      const countBefore = ledger.acknowledged;
      const made = await command(['create', place, '--without-keys'], {
        ...environment,
        DATA_DIR: dataDir,
      });
      const meanwhile = ledger.acknowledged - countBefore;
      await program.kill('SIGKILL');
      await writing;
      const verified = await command(['verify', '--from', place], {
        DATA_DIR: restored,
        SECRET_KEY,
      });
      const back = await command(['restore', '--from', place], { DATA_DIR: restored, SECRET_KEY });
      const kept = readKept(restored);

      expect([made.stderr, made.code]).toEqual([
        expect.not.stringContaining('not in the store'),
        0,
      ]);
      expect([verified.stdout, verified.code]).toEqual([expect.stringContaining('✓'), 0]);
      expect([back.stderr, back.code]).toEqual([expect.anything(), 0]);
      expect(meanwhile).toBeGreaterThan(0);
      expect(findLost(before, kept)).toEqual([]);
      expect(kept.miscounted).toEqual([]);
      expect(findMissingOriginals(restored, kept)).toEqual([]);
      expect(before.uploads.length).toBeGreaterThan(3);
      database?.release();
    },
  );
});

function command(args: readonly string[], environment: Record<string, string>) {
  return runCommand(['backup', ...args], { environment });
}

/** Whether there is enough of everything to be lost. */
function isBusy({ acknowledged: count, uploads }: Ledger): boolean {
  const uploaded = uploads.filter(({ id }) => id !== null).length;
  return count >= (isThorough ? 200 : 60) && uploaded > 3;
}

/** What is acknowledged by now. Follows are left out: they are undone again. */
function acknowledged(ledger: Ledger): Ledger {
  const { tokens, posts, uploads, likes, refusals } = structuredClone(ledger);
  const isDone = ({ id }: { id: number | null }) => id !== null;
  return {
    tokens,
    posts: posts.filter(isDone),
    uploads: uploads.filter(isDone),
    likes: new Map([...likes].filter(([, isKnown]) => isKnown)),
    follows: new Map(),
    acknowledged: ledger.acknowledged,
    refusals,
  };
}
