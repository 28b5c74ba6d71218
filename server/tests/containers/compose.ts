import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { rookeryClient } from '../../../client/src/index.ts';
import { aPhoto } from '../support/given.ts';
import { freePort } from '../support/ports.ts';
import { rootDir } from '../support/process.ts';
import { ourImage } from './image.ts';
import { execute, type Podman, succeed } from './podman.ts';
import { eventually, responseOf } from './responses.ts';
import { dockerApi, standIns } from './services.ts';

const password = 'alice-likes-dunes';

/** A project of Compose in a folder of its own, as a host would have it. */
type Project = {
  url: string;
  compose: (...args: string[]) => Promise<string>;
  make: (...args: string[]) => Promise<string>;
};

/** Starts everything of compose.yaml, shares a photo through nginx, upgrades it, and stops it all. */
export function composed(podman: Podman): Promise<string> {
  return withProject(podman, 'compose.yaml', async ({ url, compose, make }) => {
    await sharePhoto(url);
    const next = 'localhost/rookery:next';
    await podman.run('tag', ourImage, next);
    const statuses = await statusesDuring(url, () =>
      make('-o', 'build', 'upgrade', `image=${next}`),
    );
    assert.deepEqual(new Set(statuses), new Set([200]));
    const states = await compose('ps');
    const running = ['web1', 'web2', 'worker', 'nginx', 'postgres', 'redis', 'rabbitmq', 'store'];
    for (const name of running) assert.match(states, new RegExp(`_${name}_1\\b.*\\bUp\\b`));
    return `${running.join(', ')}; a photo shared through nginx; an upgrade under ${statuses.length} requests, none failed`;
  });
}

/** What requests are answered, one after the other, until something has been done. */
async function statusesDuring(url: string, act: () => Promise<unknown>): Promise<number[]> {
  const statuses: number[] = [];
  const acted = new AbortController();
  const asking = (async () => {
    while (!acted.signal.aborted) {
      statuses.push((await fetch(`${url}/v2/explore`)).status);
      // Six hundred in a minute are allowed.
      await sleep(200);
    }
  })();
  await act().finally(() => acted.abort());
  await asking;
  return statuses;
}

/** The same with compose.small.yaml: one container behind Caddy. */
export function small(podman: Podman): Promise<string> {
  return withProject(podman, 'compose.small.yaml', async ({ url, compose }) => {
    await sharePhoto(url);
    await compose('restart', 'rookery');
    assert.equal((await responseOf(`${url}/readyz`)).status, 200);
    await rookeryClient({ baseUrl: url }).logIn({ login: 'alice', password });
    return 'SQLite behind Caddy: a photo shared, and still there after a restart';
  });
}

async function withProject(
  podman: Podman,
  file: string,
  use: (project: Project) => Promise<string>,
): Promise<string> {
  const images = await standIns(podman);
  const api = await dockerApi(podman);
  const folder = await mkdtemp(join(tmpdir(), 'rookery-compose-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  const ports = { HTTPS_PORT: String(await freePort()), RABBITMQ_PORT: String(await freePort()) };
  const environment = { ...api.environment, ...images, ...ports, ROOKERY_IMAGE: ourImage };
  const compose = (...args: string[]) =>
    succeed('docker-compose', ['-f', file, ...args], { cwd: folder, environment });
  const make = (...args: string[]) => succeed('make', args, { cwd: folder, environment });
  try {
    // docker-compose would take what podman adds to a network for a change of ours.
    const text = await readFile(join(rootDir, file), 'utf8');
    const options = 'ipam:\n      options: { driver: host-local }\n';
    await writeFile(join(folder, file), text.replace('ipam:\n', options));
    await cp(join(rootDir, 'Makefile'), join(folder, 'Makefile'));
    await cp(join(rootDir, 'deploy'), join(folder, 'deploy'), { recursive: true });
    const init = ['run', '--rm', ourImage, 'init', '--stdout', '--url', url];
    const made = await podman.run(...init);
    await writeFile(join(folder, '.env'), made.replace('SIGNUPS=closed', 'SIGNUPS=open'));
    await compose('up', '-d', '--no-build');
    assert.equal((await responseOf(`${url}/readyz`)).status, 200);
    return await use({ url, compose, make });
  } catch (error) {
    const options = { cwd: folder, environment };
    const { stdout } = await execute(
      'docker-compose',
      ['-f', file, 'logs', '--tail', '30'],
      options,
    );
    throw new Error(`${file}: ${stdout.slice(-6000)}`, { cause: error });
  } finally {
    await execute('docker-compose', ['-f', file, 'down', '-v', '-t', '5'], {
      cwd: folder,
      environment,
    });
    await api.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** alice publishes a photo; bob, who follows her, sees it in his timeline and loads it. */
async function sharePhoto(url: string): Promise<void> {
  const [alice, bob] = [rookeryClient({ baseUrl: url }), rookeryClient({ baseUrl: url })];
  for (const [client, username] of [
    [alice, 'alice'],
    [bob, 'bob'],
  ] as const) {
    await client.signUp({ username, password });
    await client.logIn({ login: username, password });
  }
  const { id } = await alice.upload(new File([await aPhoto()], 'dune.jpg'), { alt: 'A dune' });
  await alice.waitUntilReady(id);
  await alice.call('createPost', { body: { text: 'First light.', mediaIds: [id] } });
  await bob.call('follow', { path: { username: 'alice' } });
  const address = await eventually('the photo is in the timeline', async () => {
    const { items } = await bob.call('readTimeline', {});
    return items[0]?.media[0]?.images[0]?.url ?? null;
  });
  const image = await fetch(address);
  assert.equal(image.status, 200);
  assert.match(image.headers.get('content-type') ?? '', /^image\//);
}
