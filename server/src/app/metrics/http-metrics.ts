import type { FastifyInstance, FastifyReply } from 'fastify';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** From a cached read to the longest that a request may take. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What clients ask, what they are answered, and how long that takes. */
export function httpMetrics(registry: Registry) {
  const registers = [registry];
  const requests = new Counter({
    name: 'rookery_http_requests_total',
    help: 'Responses by contract, route pattern, method and status.',
    labelNames: ['contract', 'route', 'method', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'rookery_http_request_duration_seconds',
    help: 'From the headers of a request to the last byte of its response. Live events are left out.',
    labelNames: ['contract', 'route', 'method'],
    buckets,
    registers,
  });
  const inFlight = new Gauge({
    name: 'rookery_http_requests_in_flight',
    help: 'Requests that are being answered, live events among them.',
    registers,
  });
  const aborted = new Counter({
    name: 'rookery_http_requests_aborted_total',
    help: 'Requests whose client left before the end of the response.',
    registers,
  });

  function count({ request, statusCode, elapsedTime }: FastifyReply, isStream: boolean): void {
    const labels = {
      contract: request.contractName ?? 'none',
      route: request.routeOptions.url ?? 'none',
      method: request.method,
    };
    requests.inc({ ...labels, status: statusCode });
    if (!isStream) durations.observe(labels, elapsedTime / 1000);
  }

  /** Counts every request of a server from now on. */
  return (server: FastifyInstance): void => {
    server.server.on('request', (_request, response) => {
      inFlight.inc();
      response.once('close', () => {
        inFlight.dec();
        if (!response.writableFinished) aborted.inc();
      });
    });
    server.addHook('onResponse', (_request, reply, done) => {
      count(reply, reply.getHeader('content-type') === 'text/event-stream');
      done();
    });
  };
}
