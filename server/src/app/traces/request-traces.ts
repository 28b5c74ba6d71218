import { type Span, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { loggedPath } from '../log-options.ts';
import { contextOf, traceParentOf } from './trace-parent.ts';

/** A span for each request; what follows from the request is below it. */
export function traceRequests(tracer: Tracer, server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    const { cause, method, headers, routeOptions } = request;
    const { traceparent } = headers;
    const attributes = {
      'http.request.method': method,
      'url.path': loggedPath(request.url),
      'rookery.request_id': request.id,
    };
    const options = { kind: SpanKind.SERVER, attributes };
    const parent = contextOf(typeof traceparent === 'string' ? traceparent : null);
    const span = tracer.startSpan(`${method} ${routeOptions.url ?? ''}`.trim(), options, parent);
    if (cause) cause.traceParent = traceParentOf(span.spanContext());
    reply.raw.once('close', () => end(span, request, reply));
    done();
  });
}

function end(span: Span, request: FastifyRequest, reply: FastifyReply): void {
  const { contractName, accountId, routeOptions } = request;
  span.setAttributes({
    'http.response.status_code': reply.statusCode,
    ...(routeOptions.url === undefined ? {} : { 'http.route': routeOptions.url }),
    ...(contractName === undefined ? {} : { 'rookery.contract': contractName }),
    ...(accountId ? { 'enduser.id': String(accountId) } : {}),
  });
  if (reply.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}
