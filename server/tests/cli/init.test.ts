import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/app/config.ts';
import { cleanUp, runCommand, temporaryFolder } from '../support/process.ts';

describe('rookery init', () => {
  afterEach(cleanUp);

  const init = (...args: string[]) => runCommand(['init', ...args]);

  it('writes a .env for its owner alone, with which a production server starts', async () => {
    const folder = temporaryFolder();
    const file = join(folder, '.env');

    const { code, stdout } = await init('--url', 'https://photos.example.com', '--file', file);
    const variables = parseEnv(readFileSync(file, 'utf8'));

    expect([code, stdout]).toEqual([0, expect.stringContaining('is written')]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(variables).toMatchObject({ SITE: 'photos.example.com', SIGNUPS: 'closed' });
    expect(readConfig({ ...variables, DATA_DIR: folder })).toMatchObject({
      isLive: true,
      secretKey: variables.SECRET_KEY,
      http: { publicUrl: 'https://photos.example.com' },
    });
  });

  it('generates every secret, and never the same one twice', async () => {
    const [one, two] = await Promise.all([init('--stdout'), init('--stdout')]);
    const secretsOf = (text: string) => text.match(/(?<==)[0-9a-f]{20,}$/gm) ?? [];
    const secrets = [...secretsOf(one.stdout), ...secretsOf(two.stdout)];

    expect(secrets.length).toBe(18);
    expect(new Set(secrets).size).toBe(18);
  });

  it('keeps a file that is there', async () => {
    const file = join(temporaryFolder(), '.env');
    await init('--file', file);
    const before = readFileSync(file, 'utf8');

    const { code, stderr } = await init('--file', file);

    expect(code).toBe(1);
    expect(stderr).toContain('exists and is kept');
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it.each(['photos.example.com', 'https://photos.example.com/below', 'ftp://example.com'])(
    'refuses what is no address: %s',
    async (url) => {
      const { code, stderr } = await init('--url', url, '--stdout');

      expect(code).toBe(2);
      expect(stderr).toContain('Give a URL without a path');
    },
  );
});
