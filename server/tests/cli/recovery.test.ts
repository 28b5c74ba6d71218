import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { cleanUp, rootDir, runFile, startProgram, temporaryFolder } from '../support/process.ts';

/** The commands below a heading of the README. */
function commandsOf(heading: string): string {
  const [, section = ''] = readFileSync(join(rootDir, 'README.md'), 'utf8').split(
    `## ${heading}\n`,
  );
  return /```sh\n([\s\S]*?)```/.exec(section)?.[1] ?? '';
}

describe('a newcomer with the README', () => {
  afterEach(cleanUp);

  it('recovers a password by the mail file alone, with the commands as they stand there', async () => {
    const folder = temporaryFolder();
    const dataDir = join(folder, 'data');
    const program = await startProgram({ dataDir, environment: { LOG_LEVEL: 'info' } });
    const commands = commandsOf('Somebody loses a password');
    const script = `cd ${folder}\n${commands}`.replace('http://127.0.0.1:3000', program.url);

    const { code, stdout, stderr } = await runFile(
      ['bash', '--norc', '-euo', 'pipefail', '-c', script],
      {
        PATH: process.env.PATH ?? '',
      },
    );

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
