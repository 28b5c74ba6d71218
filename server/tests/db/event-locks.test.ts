import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canSkipLocked, lockDueEvents } from '../../src/db/event-locks.ts';
import { emitOn } from '../jobs/jobs.ts';
import { type TestApp, testApp } from '../support/test-app.ts';

describe('a server that can skip locked rows', () => {
  it.each([
    ['10.11.19-MariaDB-0+deb12u1', true],
    ['10.6.0-MariaDB', true],
    ['10.5.9-MariaDB', false],
    ['11.4.2-MariaDB', true],
    ['8.0.36', true],
    ['5.7.44-log', false],
    ['', false],
  ])('is told by its version: %s, %s', (version, can) => {
    expect(canSkipLocked(version)).toBe(can);
  });
});

const isEmbedded = (process.env.TEST_DATABASE ?? 'sqlite') === 'sqlite';

describe.skipIf(isEmbedded)('workers that cannot skip locked rows', () => {
  let program: TestApp;

  beforeEach(async () => {
    program = await testApp();
  });

  afterEach(() => program.close());

  it('draw some of the oldest due events, each once', async () => {
    for (let postId = 1; postId <= 20; postId += 1) {
      await emitOn(program, 'post.deleted', { postId });
    }
    const now = program.clock.now().toISOString();
    const look = { now, limit: 8, topics: null, locks: 'wait' } as const;
    const { database } = program.app;

    const drawn = await database.transaction((tx) => lockDueEvents(tx, look));
    const all = await database.transaction((tx) => lockDueEvents(tx, { ...look, limit: 50 }));
    const later = await database.transaction((tx) => lockDueEvents(tx, { ...look, now: '2026' }));

    expect(new Set(drawn.map(({ id }) => id)).size).toBe(8);
    expect(all).toHaveLength(20);
    expect(later).toEqual([]);
  });
});
