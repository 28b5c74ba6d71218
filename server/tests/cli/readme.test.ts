import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { cleanUp, rootDir, runFile, startProgram, temporaryFolder } from '../support/process.ts';

const hasJq = spawnSync('jq', ['--version']).status === 0;
const reason = hasJq ? '' : ' (skipped: jq is not installed)';

/** The commands below a heading of the README. */
function commandsOf(heading: string): string {
  const [, section = ''] = readFileSync(join(rootDir, 'README.md'), 'utf8').split(
    `## ${heading}\n`,
  );
  return /```sh\n([\s\S]*?)```/.exec(section)?.[1] ?? '';
}

/** Runs them as somebody would who pastes them all at once. */
function paste(commands: string, at: { folder: string; url: string }) {
  const script = `cd ${at.folder}\n${commands}`.replace('http://127.0.0.1:3000', at.url);
  return runFile(['bash', '--norc', '-euo', 'pipefail', '-c', script], {
    PATH: process.env.PATH ?? '',
  });
}

describe('a newcomer with the README', () => {
  afterEach(cleanUp);

  it.runIf(hasJq)(
    `shares a photo, with the commands as they stand there${reason}`,
    async () => {
      const folder = temporaryFolder();
      mkdirSync(join(folder, 'docs'));
      copyFileSync(join(rootDir, 'docs/photo.jpg'), join(folder, 'docs/photo.jpg'));
      const { url } = await startProgram({ dataDir: join(folder, 'data') });

      const { code, stdout, stderr } = await paste(commandsOf('Two people share a photo'), {
        folder,
        url,
      });

      expect([code, stderr]).toEqual([0, '']);
      expect(stdout, 'the draft, for bob').toContain('"code":"not_found"');
      const sizes = [...stdout.matchAll(/"size": "(\w+)"/g)].map(([, size]) => size);
      expect(sizes, 'in the timeline').toEqual(['small', 'medium', 'large', 'original']);
      expect(stdout).toMatch(/"blurhash": "[^"]{20,}"\n\}\n1\n/);
      expect(stdout, 'the last answer but one').toContain('"text":"First light, at last."');
      const posts = await fetch(`${url}/v2/users/alice/posts`);
      expect(await posts.json()).toEqual({ items: [], nextCursor: null });
    },
    60_000,
  );

  it('recovers a password by the mail file alone, with the commands as they stand there', async () => {
    const folder = temporaryFolder();
    const dataDir = join(folder, 'data');
    const program = await startProgram({ dataDir, environment: { LOG_LEVEL: 'info' } });

    const { code, stdout, stderr } = await paste(commandsOf('Recover a lost password'), {
      folder,
      url: program.url,
    });

    const login = (password: string) =>
      program.send('POST', '/v2/sessions', { body: { login: 'carla', password } });
    const [mail = ''] = readdirSync(join(dataDir, 'mail')).filter((it) => it.startsWith('recover'));
    const token = /token=([0-9a-f.]+)/.exec(readFileSync(join(dataDir, 'mail', mail), 'utf8'))?.[1];
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('"accessToken"');
    expect((await login('carla-sees-colours')).status).toBe(401);
    expect((await login('carla-paints-at-night')).status).toBe(201);
    expect(program.printed()).toContain(join(dataDir, 'mail', mail));
    expect(token).toMatch(/^\d+\.[0-9a-f]{32}$/);
    // S88: what the log names is the file, never the secret in it.
    expect(program.printed()).not.toContain(token);
  }, 60_000);
});
