import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';

/** A span as OTLP/HTTP carries it in JSON. Source: opentelemetry-proto, trace/v1/trace.proto. */
export type ReceivedSpan = {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  service: string;
  attributes: Record<string, unknown>;
  status: { code?: number };
};

type Value = Record<string, unknown>;
type Attributes = Array<{ key: string; value: Value }>;
type Body = {
  resourceSpans: Array<{
    resource: { attributes: Attributes };
    scopeSpans: Array<{
      spans: Array<Omit<ReceivedSpan, 'attributes'> & { attributes: Attributes }>;
    }>;
  }>;
};

export type Collector = { url: string; spans: ReceivedSpan[]; close(): Promise<void> };

/** Takes traces by OTLP over HTTP, as a collector of OpenTelemetry does. */
export async function otlpCollector(): Promise<Collector> {
  const spans: ReceivedSpan[] = [];
  const server = createServer((request, response) => {
    read(request).then(
      (received) => {
        spans.push(...received);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      },
      () => response.writeHead(400).end(),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function read(request: IncomingMessage): Promise<ReceivedSpan[]> {
  if (`${request.method} ${request.url}` !== 'POST /v1/traces') throw new Error('not found');
  const { resourceSpans } = (await json(request)) as Body;
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans
      .flatMap(({ spans }) => spans)
      .map((span) => ({
        ...span,
        service: String(plain(resource.attributes)['service.name']),
        attributes: plain(span.attributes),
      })),
  );
}

function plain(attributes: Attributes): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
