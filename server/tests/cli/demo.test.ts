import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { cleanUp, runCommand, startProgram, temporaryFolder } from '../support/process.ts';

/** Several processes, on a machine that may be busy. */
const slow = { timeout: 120_000 };

const photoIn = (text: string) => /the photo +(\S+)/.exec(text)?.[1] ?? '';

describe('rookery demo', () => {
  afterEach(cleanUp);

  it('tells its story on a running server, again and again', slow, async () => {
    const { url } = await startProgram({ dataDir: temporaryFolder() });

    const once = await runCommand(['demo', '--url', url]);
    const again = await runCommand(['demo', '--url', `${url}/`]);
    const photo = await fetch(photoIn(once.stdout));
    const post = await fetch(/the post +(\S+)/.exec(again.stdout)?.[1] ?? '');

    expect([once.code, once.stderr, again.code]).toEqual([0, '', 0]);
    expect(once.stdout).toContain('bob likes it: 1 like');
    expect(photo.headers.get('content-type')).toMatch(/^image\//);
    expect(await post.json()).toMatchObject({ text: 'First light.', likeCount: 1 });
  });

  it('starts a server in memory where none runs, and leaves nothing behind', slow, async () => {
    const folder = temporaryFolder();
    const environment = { TMPDIR: folder, DATA_DIR: join(folder, 'data'), PORT: '1' };

    const { code, stdout, stderr } = await runCommand(['demo', '--exit'], { environment });

    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('No server is running, so this one is in memory');
    expect(stdout).toContain('bob likes it: 1 like');
    expect(readdirSync(folder)).toEqual([]);
  });

  it(
    'says so where no server answers, and makes nobody up where people rely on it',
    slow,
    async () => {
      const dataDir = temporaryFolder();
      const none = await runCommand(['demo', '--url', 'http://127.0.0.1:1']);
      const { url } = await startProgram({ dataDir });
      const live = await runCommand(['demo'], {
        environment: { ROOKERY_ENV: 'production', PUBLIC_URL: url, DATA_DIR: dataDir },
      });

      expect([none.code, none.stderr]).toEqual([
        1,
        'rookery: no Rookery answers at http://127.0.0.1:1. Start one with ./rookery start\n',
      ]);
      expect(live.code).toBe(1);
      expect(live.stderr).toContain(`demo --url ${url}`);
    },
  );
});
