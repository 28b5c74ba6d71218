import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import { migrateUp } from '../../src/db/migrate.ts';
import { appendToOutbox } from '../../src/db/outbox.ts';
import { run } from '../support/processes.ts';

const at = '2026-06-01T12:00:00.000Z';

describe('rookery outbox', () => {
  let dataDir: string;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'rookery-test-'));
    const database = openDatabase(`sqlite:${join(dataDir, 'rookery.sqlite')}`);
    await migrateUp(database);
    const repeat = { subscriber: 'mail', eventId: 7, attempts: 12, error: 'no room', isLast: true };
    await database.transaction((tx) =>
      appendToOutbox(tx, { topic: 'moon.risen', payload: {}, dueAt: at, createdAt: at, repeat }),
    );
    await database.close();
  });

  afterEach(() => rm(dataDir, { recursive: true }));

  async function outbox(...args: string[]): Promise<{ code: number | null; output: string }> {
    const command = run(['outbox', ...args], { DATA_DIR: dataDir });
    await once(command.process, 'close');
    return { code: command.process.exitCode, output: command.output() };
  }

  async function listed(): Promise<Array<{ id: number }>> {
    return JSON.parse((await outbox('list', '--json')).output);
  }

  it('lists dead letters, as a table and as JSON', async () => {
    const table = await outbox('list');
    const entries = await listed();

    expect(table.output).toMatch(/ID +TOPIC +SUBSCRIBER +ATTEMPTS +AGE +LAST ERROR/);
    expect(table.output).toMatch(/\d+ +moon\.risen +mail +12 +\d+ \w+ +no room/);
    expect(entries).toMatchObject([
      { eventId: 7, topic: 'moon.risen', subscriber: 'mail', attempts: 12, deadLetterAt: at },
    ]);
  });

  it('has one tried again, and says when there is none', async () => {
    const [entry] = await listed();

    const known = await outbox('retry', String(entry?.id));
    const unknown = await outbox('retry', String(entry?.id));
    const longest = await outbox('retry', String(Number.MAX_SAFE_INTEGER));

    expect(known).toEqual({ code: 0, output: `retrying ${entry?.id}\n` });
    expect(unknown.code).toBe(1);
    expect(unknown.output).toContain('there is no dead letter');
    expect(longest.output).toContain('there is no dead letter');
    expect(await listed()).toEqual([]);
  });

  it('drops one only when it is sure', async () => {
    const [entry] = await listed();

    const unsure = await outbox('drop', String(entry?.id));
    const sure = await outbox('drop', String(entry?.id), '--yes');

    expect(unsure).toMatchObject({ code: 1, output: expect.stringContaining('Add --yes') });
    expect(sure).toEqual({ code: 0, output: `dropped ${entry?.id}\n` });
    expect(await listed()).toEqual([]);
  });
});
