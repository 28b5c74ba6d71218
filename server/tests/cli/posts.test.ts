import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cleanUp, type Output, runCommand, temporaryFolder } from '../support/process.ts';

/** Several processes, on a machine that may be busy. */
const slow = { timeout: 120_000 };

describe('rookery posts', () => {
  let environment: Record<string, string>;

  beforeEach(async () => {
    environment = { DATA_DIR: temporaryFolder() };
    await runCommand(['seed'], { environment });
  });

  afterEach(cleanUp);

  const posts = (...args: string[]): Promise<Output> =>
    runCommand(['posts', ...args], { environment });

  it('are listed, newest first, and removed with a reason', slow, async () => {
    const all = JSON.parse((await posts('list', '--json')).stdout);
    const [{ id, author }] = all;
    const table = await posts('list', '--account', author.username, '--limit', '1');
    const removed = await posts('remove', String(id), '--reason', 'Advertising.');
    const left = JSON.parse((await posts('list', '--json')).stdout);

    expect(table.stdout).toMatch(new RegExp(`^ID +AUTHOR .*\\n${id} +${author.username} `));
    expect(removed.stdout).toContain(`removed post ${id}`);
    expect(left.map((post: { id: number }) => post.id)).toEqual(
      all.slice(1).map((post: { id: number }) => post.id),
    );
  });

  it('say what is missing or wrong', slow, async () => {
    const [noReason, noNumber, unknown, picture] = await Promise.all([
      posts('remove', '1'),
      posts('remove', 'first', '--reason', 'Advertising.'),
      posts('remove', '2147483647', '--reason', 'Advertising.'),
      runCommand(['media', 'remove', '2147483647', '--reason', 'Advertising.'], { environment }),
    ]);

    expect(noReason.stderr).toContain('--reason');
    expect(noNumber.stderr).toContain('It is a number.');
    expect(unknown.stderr).toBe('rookery: There is no such post.\n');
    expect(picture.stderr).toBe('rookery: There is no such picture.\n');
    expect([noReason, noNumber, unknown, picture].every(({ code }) => code !== 0)).toBe(true);
  });
});
