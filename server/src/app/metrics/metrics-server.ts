import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Registry } from 'prom-client';
import type { MetricsConfig } from '../settings/metrics-settings.ts';
import { SetupError } from '../setup-error.ts';

/**
 * Shows a registry at `/metrics`, and nothing else.
 * @throws SetupError when the port cannot be had
 */
export async function serveMetrics(
  registry: Registry,
  { host, port }: NonNullable<MetricsConfig>,
): Promise<{ close(): Promise<void> }> {
  const server = createServer((request, response) => {
    if (request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('Metrics are at /metrics.\n');
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  // Not shared between the processes of `--processes`: each has its own.
  server.listen({ host, port, exclusive: true });
  await once(server, 'listening').catch((error: Error) => {
    throw new SetupError(`METRICS_PORT=${port} of ${host} cannot be had: ${error.message}.`, error);
  });
  return {
    async close() {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}
