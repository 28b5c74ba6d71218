import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { start } from './background.ts';
import { execute, type Podman } from './podman.ts';
import { eventually } from './responses.ts';

const services = ['nginx', 'caddy', 'postgres', 'redis', 'rabbitmq', 'store'];

/** Makes the images that stand in for those of the Compose files, and returns the variables that name them. */
export async function standIns(podman: Podman): Promise<Record<string, string>> {
  const context = join(podman.folder, 'images');
  await rm(context, { recursive: true, force: true });
  await mkdir(context, { recursive: true });
  await cp(join(import.meta.dirname, 'images'), context, { recursive: true });
  await cp(join(import.meta.dirname, '../support/radosgw.sh'), join(context, 'radosgw.sh'));
  const variables: Record<string, string> = {};
  for (const service of services) {
    const tag = `localhost/rookery-${service}`;
    await podman.build(tag, context, service);
    variables[`${service.toUpperCase()}_IMAGE`] = tag;
  }
  return variables;
}

/** The API of Docker, for docker and docker-compose, until it is closed. */
export type DockerApi = { environment: Record<string, string>; close(): Promise<void> };

export async function dockerApi(podman: Podman): Promise<DockerApi> {
  const address = `unix://${join(podman.folder, 'docker.sock')}`;
  const environment = { ...podman.environment, DOCKER_HOST: address, COMPOSE_HTTP_TIMEOUT: '300' };
  const service = start('podman', ['system', 'service', '-t', '0', address], { environment });
  const checking = new AbortController();
  const checks = checkHealth(podman, checking.signal);
  await eventually('the API of Docker', async () => {
    const { code } = await execute('docker', ['ps'], { environment });
    return code === 0 ? true : null;
  });
  return {
    environment,
    async close() {
      checking.abort();
      await checks;
      await service.end();
    },
  };
}

/** What systemd's timers do elsewhere: health checks are run again and again. */
async function checkHealth(podman: Podman, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { stdout } = await podman.attempt('ps', '-q');
    for (const id of stdout.split('\n').filter(Boolean)) {
      await podman.attempt('healthcheck', 'run', id);
    }
    await sleep(1000);
  }
}
