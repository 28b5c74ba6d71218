import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../../../src/app/config.ts';
import { testServer } from '../../../support/server.ts';

describe('starting', () => {
  let dataDir: string;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'rookery-test-'));
  });

  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  const good = 'k3JbW9qZ7tR2yX5vN8mC4pL6hG1fD0sA';

  it('S28: makes a secret of 256 bits that its owner alone can read, and keeps it', async () => {
    const folder = join(dataDir, 'new');
    const first = readConfig({ DATA_DIR: folder });
    const again = readConfig({ DATA_DIR: folder });
    const file = await stat(join(folder, 'secret-key'));
    const directory = await stat(folder);

    expect(first.secretKey).toMatch(/^[0-9a-f]{64}$/);
    expect(again.secretKey).toBe(first.secretKey);
    expect((file.mode & 0o777).toString(8)).toBe('600');
    expect((directory.mode & 0o777).toString(8)).toBe('700');
  });

  it.each([
    ['short', 'k3JbW9qZ7tR2yX5v'],
    ['an example', 'change-me-change-me-change-me-change-me'],
    ['one character, many times', 'a'.repeat(64)],
    ['a few characters, many times', 'abcabcabcabcabcabcabcabcabcabcabcabc'],
    ['the word secret', 'my-secret-k3JbW9qZ7tR2yX5vN8mC4pL6hG1fD0sA'],
  ])('S28: is refused with a secret that is %s', (_name, secret) => {
    expect(() => readConfig({ DATA_DIR: dataDir, SECRET_KEY: secret })).toThrow(/SECRET_KEY/);
  });

  it('S28: is refused with a secret file that is empty', async () => {
    await writeFile(join(dataDir, 'secret-key'), '\n');

    expect(() => readConfig({ DATA_DIR: dataDir })).toThrow(/does not contain a secret key/);
  });

  it('S28: never repeats a secret that it refuses', () => {
    const secret = 'example-k3JbW9qZ7tR2yX5vN8mC4pL6hG1fD0sA';
    const message = errorOf(() => readConfig({ DATA_DIR: dataDir, SECRET_KEY: secret }));

    expect(message).toContain('SECRET_KEY');
    expect(message).not.toContain(secret);
  });

  it('S08: is refused in production without rate limits', () => {
    const production = {
      ROOKERY_ENV: 'production',
      PUBLIC_URL: 'https://example.com',
      SECRET_KEY: good,
      DATA_DIR: dataDir,
    };

    expect(() => readConfig({ ...production, RATE_LIMITS: 'off' })).toThrow(/RATE_LIMITS/);
    expect(readConfig(production).hasRateLimits).toBe(true);
  });

  it('S90: may close the sign-up', async () => {
    const server = await testServer({ environment: { SIGNUPS: 'closed' } });
    const body = { username: 'bob', password: 'a-long-walk-home' };
    const answer = await server.send('POST', '/v2/accounts', { body });
    await server.close();

    expect(answer.body).toMatchObject({ status: 403, code: 'forbidden' });
  });

  it('S90: limits the sign-ups from an address', async () => {
    const server = await testServer({ environment: { RATE_LIMITS: 'on' } });
    const statuses = [];
    for (let i = 0; i < 31; i += 1) {
      const answer = await server.send('POST', '/v2/accounts', { body: { username: `bob${i}` } });
      statuses.push(answer.status);
    }
    await server.close();

    expect(statuses.slice(-2)).toEqual([422, 429]);
  });
});

function errorOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return String(error);
  }
  return 'nothing was thrown';
}
