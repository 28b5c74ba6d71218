import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { samplePhoto } from '../../src/adapters/images/sample-photo.ts';
import { cleanUp, type Program, startProgram, temporaryFolder } from '../support/process.ts';
import { findLost, findMissingOriginals, findSurplus, readKept } from './kept.ts';
import { formOf, type Ledger, newLedger, repeatAll, signUp, writeUntilSilence } from './writers.ts';

const kills = 20;

describe('a process that is killed', () => {
  afterEach(cleanUp);

  it('keeps every acknowledged write exactly once, through 20 kills', {
    timeout: 300_000,
  }, async () => {
    const dataDir = temporaryFolder();
    let program = await startProgram({ dataDir });
    const ledger = await newLedger(program);

    const faults: string[] = [];
    for (let i = 1; i <= kills; i += 1) {
      await killAmidWrites(program, ledger);
      program = await startProgram({ dataDir });
      const found = await checkRestarted(program, ledger, dataDir);
      faults.push(...found.map((fault) => `kill ${i}: ${fault}`));
    }

    expect(faults).toEqual([]);
    expect(ledger.refusals).toEqual([]);
    expect(ledger.acknowledged).toBeGreaterThan(200);
    expect(Math.min(ledger.posts.length, ledger.uploads.length, ledger.likes.size)).toBeGreaterThan(
      9,
    );
  });

  it('leaves no job waiting for its dead worker', { timeout: 60_000 }, async () => {
    const dataDir = temporaryFolder();
    const first = await startProgram({ dataDir });
    const token = await signUp(first, 'alice');
    const body = formOf(await samplePhoto(1));
    const { body: media } = await first.send('POST', '/v2/media', { token, body });
    await sleep(30);
    await first.kill('SIGKILL');
    const before = readKept(dataDir);

    const second = await startProgram({ dataDir });
    const after = await readyWithin(second, { token, mediaId: media.id, limitMs: 5000 });

    expect(before.media).toMatchObject([{ state: 'processing' }]);
    expect(after).toMatchObject({ state: 'ready' });
    expect(after.images).toHaveLength(4);
  });
});

/** Lets clients write for a while and kills the server amid them. */
async function killAmidWrites(program: Program, ledger: Ledger): Promise<void> {
  const writing = writeUntilSilence(program, ledger);
  const enough = ledger.acknowledged + 10 + Math.random() * 40;
  while (ledger.acknowledged < enough) await sleep(1 + Math.random() * 10);
  await program.kill('SIGKILL');
  await writing;
}

/** Looks at once, lets the clients repeat, waits for the jobs, and looks again. */
async function checkRestarted(
  program: Program,
  ledger: Ledger,
  dataDir: string,
): Promise<string[]> {
  const lost = findLost(ledger, readKept(dataDir));
  await repeatAll(program, ledger);
  const repeated = await jobsDone(dataDir);
  return [
    ...lost.map((what) => `lost ${what}`),
    ...findLost(ledger, repeated).map((what) => `lost after the repeat: ${what}`),
    ...findSurplus(ledger, repeated),
    ...findMissingOriginals(dataDir, repeated).map((key) => `no original ${key}`),
    ...repeated.media.filter(({ state }) => state !== 'ready').map(({ id }) => `${id} not ready`),
  ];
}

/** What is kept once no job waits any more, or half a minute later. */
async function jobsDone(dataDir: string) {
  const end = Date.now() + 30_000;
  let kept = readKept(dataDir);
  while (kept.waitingJobs > 0 && Date.now() < end) {
    await sleep(20);
    kept = readKept(dataDir);
  }
  return kept;
}

async function readyWithin(
  program: Program,
  { token, mediaId, limitMs }: { token: string; mediaId: number; limitMs: number },
) {
  const end = Date.now() + limitMs;
  for (;;) {
    const { body } = await program.send('GET', `/v2/media/${mediaId}`, { token });
    if (body.state !== 'processing' || Date.now() > end) return body;
    await sleep(50);
  }
}
