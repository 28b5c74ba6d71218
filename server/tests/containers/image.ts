import assert from 'node:assert/strict';
import { freePort } from '../support/ports.ts';
import { rootDir } from '../support/process.ts';
import { type Podman } from './podman.ts';
import { responseOf } from './responses.ts';

export const ourImage = 'localhost/rookery:test';
const maxBytes = 350_000_000;

/** Builds the image of the Dockerfile, and runs it with as few rights as there are. */
export async function image(podman: Podman): Promise<string> {
  await podman.build(ourImage, rootDir);
  const [made] = JSON.parse(await podman.run('image', 'inspect', ourImage));
  assert.ok(made.Size < maxBytes, `The image has ${made.Size} bytes.`);
  assert.equal(made.Config.User, '1000:1000');
  assert.equal(made.Config.Labels['org.opencontainers.image.licenses'], 'MIT');
  assert.ok(made.Healthcheck ?? made.HealthCheck, 'The image has no HEALTHCHECK.');
  await withoutSources(podman);
  await withoutRights(podman);
  return `${Math.round(made.Size / 1e6)} MB, user 1000, read-only root, no capabilities, healthy, SIGTERM exits 0`;
}

async function withoutSources(podman: Podman): Promise<void> {
  const find = "find /app/server /app/node_modules/typescript -name '*.ts' 2>/dev/null | head -3";
  const found = await podman.run('run', '--rm', '--entrypoint', 'sh', ourImage, '-c', find);
  assert.equal(found, '');
  const version = await podman.run('run', '--rm', '--entrypoint', 'rookery', ourImage, '--version');
  assert.match(version, /^\d+\.\d+\.\d+\n$/);
}

async function withoutRights(podman: Podman): Promise<void> {
  const name = `rookery-test-${process.pid}`;
  const port = await freePort();
  const rights = ['--read-only', '--tmpfs', '/tmp', '--cap-drop=all'];
  rights.push('--security-opt', 'no-new-privileges');
  const reach = ['-p', `127.0.0.1:${port}:3000`, '-e', `PUBLIC_URL=http://127.0.0.1:${port}`];
  await podman.run(
    'run',
    '-d',
    '--name',
    name,
    ...rights,
    ...reach,
    '-v',
    `${name}:/data`,
    ourImage,
  );
  const inside = (...argv: string[]) => podman.attempt('exec', name, ...argv);
  try {
    assert.equal((await responseOf(`http://127.0.0.1:${port}/readyz`)).status, 200);
    assert.match((await inside('id')).stdout, /^uid=1000\S* gid=1000/);
    assert.notEqual((await inside('touch', '/app/x')).code, 0);
    assert.match((await inside('grep', 'CapEff', '/proc/1/status')).stdout, /\t0{16}\n/);
    assert.equal((await podman.attempt('healthcheck', 'run', name)).code, 0);
    await podman.run('stop', '-t', '30', name);
    const state = await podman.run('inspect', name, '--format', '{{.State.ExitCode}}');
    assert.equal(state, '0\n');
  } finally {
    await podman.attempt('rm', '-f', '-v', name);
    await podman.attempt('volume', 'rm', '-f', name);
  }
}
