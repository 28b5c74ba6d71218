import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '../../server/tests/support/ports.ts';
import { cleanUp, startProgram, temporaryFolder } from '../../server/tests/support/process.ts';

// Builds the examples and uses them in a real Chromium, against a real server. SCREENSHOTS=folder keeps pictures of them.

const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const folder = fileURLToPath(new URL('..', import.meta.url));
const clientFolder = fileURLToPath(new URL('../../client', import.meta.url));
const executed = promisify(execFile);

async function npm(cwd: string, args: string[], environment = {}): Promise<void> {
  await executed('npm', args, { cwd, env: { ...process.env, ...environment } });
}

async function tryExample(name: string): Promise<void> {
  const { preview } = await import('vite');
  const { driveExample } = await import('./drive.ts');
  const port = await freePort();
  const page = `http://127.0.0.1:${port}`;
  const server = await startProgram({
    dataDir: temporaryFolder(),
    environment: { CORS_ORIGINS: page },
  });
  await npm(`${folder}/${name}`, ['run', 'build'], { VITE_ROOKERY_URL: server.url });
  const web = await preview({
    root: `${folder}/${name}`,
    logLevel: 'error',
    preview: { host: '127.0.0.1', port, strictPort: true },
  });
  try {
    await driveExample({ name, page, baseUrl: server.url, chromiumPath });
  } finally {
    await web.close();
    await server.kill('SIGKILL');
  }
}

if (!existsSync(chromiumPath)) {
  process.stdout.write(
    `Skipped: there is no ${chromiumPath}. Install it (apt-get install chromium), or set CHROMIUM.\n`,
  );
} else {
  try {
    await npm(clientFolder, ['run', 'build']);
    await npm(folder, ['ci', '--no-audit', '--no-fund', '--prefer-offline']);
    const named = process.argv.slice(2);
    for (const name of named.length > 0 ? named : ['vite-vanilla', 'react']) {
      await tryExample(name);
      process.stdout.write(`${name}: works\n`);
    }
    assert.equal(process.exitCode, undefined);
  } finally {
    await cleanUp();
  }
}
