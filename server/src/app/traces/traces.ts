import { setTimeout as sleep } from 'node:timers/promises';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { minuteMs } from '../../domain/durations.ts';
import type { TracesConfig } from '../settings/traces-settings.ts';
import { traceJobs } from './job-traces.ts';
import { traceQueries } from './query-traces.ts';
import { traceRequests } from './request-traces.ts';

/** Traces from requests to queries and jobs, for OpenTelemetry. */
export type Traces = {
  /** Traces the requests of a server from now on. */
  watchHttp(server: FastifyInstance): void;
  /** Sends what is left, for a moment, and ends. */
  close(): Promise<void>;
};

/** A collector that is away must not keep the process from its end. */
const lastMs = 3000;

/** Must be called before the database is opened. */
export function openTraces({ serviceName }: NonNullable<TracesConfig>, log: Logger): Traces {
  reportProblems(log);
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName }).merge(
      detectResources({ detectors: [envDetector] }),
    ),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  const tracer = provider.getTracer('rookery');
  const stops = [traceQueries(tracer), traceJobs(tracer)];
  return {
    watchHttp: (server) => traceRequests(tracer, server),
    async close() {
      for (const stop of stops) stop();
      await Promise.race([
        provider.shutdown().catch(() => {}),
        sleep(lastMs, null, { ref: false }),
      ]);
    },
  };
}

/** Once a minute at most: a collector that is away would fill the log. */
function reportProblems(log: Logger): void {
  let toldAt = Number.NEGATIVE_INFINITY;
  const tell = (reason: string) => {
    if (performance.now() - toldAt < minuteMs) return;
    toldAt = performance.now();
    log.warn({ reason: reason.slice(0, 300) }, 'traces are not delivered');
  };
  const ignore = () => {};
  const logger = { error: tell, warn: ignore, info: ignore, debug: ignore, verbose: ignore };
  diag.setLogger(logger, { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true });
}
