import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/ports.ts';
import { rootDir } from '../support/process.ts';
import { start } from './background.ts';
import { succeed } from './podman.ts';
import { responseOf } from './responses.ts';

/** Packs the server and the client, installs both in an empty folder, and uses them there. */
export async function packages(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rookery-packages-'));
  try {
    const pack = ['pack', '--workspaces', '--silent', '--pack-destination', folder];
    await succeed('npm', pack, { cwd: rootDir });
    const tarballs = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
    assert.equal(tarballs.length, 2);
    await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
    const install = ['install', '--no-audit', '--no-fund', '--ignore-scripts'];
    await succeed('npm', [...install, ...tarballs.map((name) => `./${name}`)], { cwd: folder });
    await useServer(folder);
    return `${tarballs.join(', ')}: installed, started by npx, used by the client`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function useServer(folder: string): Promise<void> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = start('npx', ['rookery', 'start'], {
    cwd: folder,
    environment: { PORT: String(port) },
  });
  try {
    assert.equal((await responseOf(`${url}/readyz`)).status, 200);
    const script = `
      import { rookeryClient } from 'rookery-client';
      const client = rookeryClient({ baseUrl: '${url}' });
      await client.signUp({ username: 'alice', password: 'alice-likes-dunes' });
      const { id } = await client.call('createPost', { body: { text: 'First light.' } });
      console.log(id > 0 ? 'posted' : 'lost');`;
    await writeFile(join(folder, 'use.js'), script);
    assert.equal(await succeed('node', ['use.js'], { cwd: folder }), 'posted\n');
  } finally {
    await server.end();
  }
}
