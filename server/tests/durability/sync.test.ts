import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CompiledQuery } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import { cleanUp, type Program, startProgram, temporaryFolder } from '../support/process.ts';
import { formOf, signUp, smallPhoto } from './writers.ts';

const canTrace = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0;
const reason = canTrace ? '' : ' (skipped: strace is not installed, or may not trace here)';

describe('an acknowledged commit', () => {
  afterEach(cleanUp);

  it.runIf(canTrace)(
    `is synced to the disk before its answer${reason}`,
    { timeout: 60_000 },
    async () => {
      const { program, trace } = await startTraced();
      const token = await signUp(program, 'alice');
      await signUp(program, 'bob');

      const synced = await syncsPerWrite(program, token, trace);

      expect(synced).toEqual(synced.map(({ what }) => ({ what, wasSynced: true })));
      expect(synced).toHaveLength(20);
    },
  );

  it.runIf(canTrace)(
    `shares its sync with others of the same moment${reason}`,
    { timeout: 60_000 },
    async () => {
      const { program, trace } = await startTraced();
      const token = await signUp(program, 'alice');
      const before = countSyncs(trace);

      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, i) =>
          program.send('POST', '/v2/posts', { token, body: { text: `Light ${i}.` } }),
        ),
      );

      // A traced program is slow, so it may refuse some of them as too many at once.
      const accepted = answers.filter(({ status }) => status === 201).length;
      expect(answers.filter(({ status }) => status !== 201 && status !== 503)).toEqual([]);
      expect(accepted).toBeGreaterThan(30);
      // Alone, each would take one, and each of its jobs another: two per post.
      expect(countSyncs(trace) - before).toBeLessThan(accepted * 1.5);
    },
  );

  it.runIf(canTrace)(
    `of an upload is synced with its bytes and their folder${reason}`,
    { timeout: 60_000 },
    async () => {
      const { program, trace } = await startTraced();
      const token = await signUp(program, 'alice');
      const body = formOf(await smallPhoto());
      const before = countSyncs(trace);

      const { status } = await program.send('POST', '/v2/media', { token, body });

      expect(status).toBe(201);
      expect(countSyncs(trace) - before).toBeGreaterThanOrEqual(3);
    },
  );

  it('is synced in full by every connection', async () => {
    const database = openDatabase(`sqlite:${join(temporaryFolder(), 'rookery.sqlite')}`);

    const modes = await Promise.all(
      ['synchronous', 'journal_mode'].map((name) =>
        database.executeQuery(CompiledQuery.raw(`PRAGMA ${name}`)),
      ),
    );
    await database.close();

    expect(modes.map(({ rows }) => rows)).toEqual([
      [{ synchronous: 2 }],
      [{ journal_mode: 'wal' }],
    ]);
  });
});

async function startTraced(): Promise<{ program: Program; trace: string }> {
  const dataDir = temporaryFolder();
  const trace = join(dataDir, 'trace');
  const through = ['strace', '-D', '-f', '-qq', '-e', 'trace=fsync,fdatasync', '-o', trace];
  return { program: await startProgram({ dataDir, through }), trace };
}

/** Writes one after the other, and tells for each whether the disk was asked to sync before the answer came. */
async function syncsPerWrite(program: Program, token: string, trace: string) {
  const synced: Array<{ what: string; wasSynced: boolean }> = [];
  const body = formOf(await smallPhoto());
  const { body: post } = await program.send('POST', '/v2/posts', { token, body: { text: 'One.' } });
  const writes: Array<[string, string, unknown?]> = [
    ...[1, 2, 3, 4, 5].map((i): [string, string, unknown] => [
      'POST',
      '/v2/posts',
      { text: `Light ${i}.` },
    ]),
    ...[1, 2, 3].flatMap(
      (): Array<[string, string]> => [
        ['PUT', `/v2/posts/${post.id}/like`],
        ['DELETE', `/v2/posts/${post.id}/like`],
        ['PUT', '/v2/users/bob/follow'],
        ['DELETE', '/v2/users/bob/follow'],
      ],
    ),
    ['PATCH', '/v2/me', { bio: 'Light and shadow.' }],
    ['DELETE', `/v2/posts/${post.id}`],
    ['POST', '/v2/media', body],
  ];
  for (const [method, path, sent] of writes) {
    const before = countSyncs(trace);
    const { status } = await program.send(method, path, { token, body: sent });
    const wasSynced = status < 300 && countSyncs(trace) > before;
    synced.push({ what: `${method} ${path}`, wasSynced });
  }
  return synced;
}

/** Syncs that ended well so far. */
function countSyncs(trace: string): number {
  return readFileSync(trace, 'utf8').match(/sync.*= 0$/gm)?.length ?? 0;
}
