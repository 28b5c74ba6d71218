import Fastify from 'fastify';
import type { App } from './app.ts';
import { readinessRoute } from './readiness.ts';
import { SetupError } from './setup-error.ts';

/**
 * Serves `/livez` and `/readyz` for a process that has no other HTTP side.
 * @returns what ends it
 * @throws SetupError when the port cannot be had
 */
export async function serveHealth(app: App, port: number): Promise<() => Promise<void>> {
  const server = Fastify();
  const { host } = app.config.http;
  server.get('/livez', async () => ({ status: 'alive' }));
  readinessRoute(server, { app, isDraining: () => false });
  try {
    await server.listen({ host, port });
  } catch (error) {
    throw new SetupError(`WORK_HEALTH_PORT=${port} of ${host} cannot be had.`, error);
  }
  return () => server.close();
}
