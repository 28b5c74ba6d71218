import { copyFileSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { bundleInto, serverDir } from '../../scripts/bundle.ts';
import { formOf, signUp, smallPhoto } from '../durability/writers.ts';
import { picture } from '../support/heif.ts';
import {
  cleanUp,
  type Program,
  rootDir,
  startProgram,
  temporaryFolder,
} from '../support/process.ts';

describe('the bundle that users run', () => {
  afterEach(cleanUp);

  it('finds its threads, processes and files where there is no source', async () => {
    const program = await startProgram({ dataDir: temporaryFolder(), file: await bundledAlone() });
    const token = await signUp(program, 'alice');

    const photo = await upload(program, token, await smallPhoto());
    const heic = await upload(program, token, picture('tiles.heic'));

    expect([photo, heic]).toEqual(['ready', 'ready']);
    const page = await fetch(`${program.url}/docs`);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('swagger')]);
  });
});

/** A folder as the container image has it: the bundle and the packages. */
async function bundledAlone(): Promise<string> {
  const folder = temporaryFolder();
  const dist = join(folder, 'server/dist');
  mkdirSync(join(folder, 'server'));
  copyFileSync(join(serverDir, 'package.json'), join(folder, 'server/package.json'));
  symlinkSync(join(rootDir, 'node_modules'), join(folder, 'node_modules'));
  await bundleInto(dist, 'moving');
  return join(dist, 'main.js');
}

/** @returns what became of its sizes */
async function upload(program: Program, token: string, file: Uint8Array): Promise<string> {
  const { status, body } = await program.send('POST', '/v2/media', { token, body: formOf(file) });
  expect([status, body]).toEqual([201, expect.anything()]);
  for (;;) {
    const { body: now } = await program.send('GET', `/v2/media/${body.id}`, { token });
    if (now.state !== 'processing') return now.state;
    await sleep(50);
  }
}
