import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Cause, causedBy, currentCause } from '../db/cause.ts';

declare module 'fastify' {
  interface FastifyRequest {
    cause?: Cause;
  }
}

/** In requests and responses. */
const requestIdHeader = 'x-request-id';

/** UUIDs, hexadecimal numbers and the like. No access or refresh token has this form. */
const acceptable = /^[\w-]{1,64}$/;
/** Source: W3C Trace Context, 3.2. */
const traceParentForm = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}/;

/** The id of a request: the one that a client or proxy has given it, or the id of its trace, or a new one. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const given = headers[requestIdHeader];
  if (typeof given === 'string' && acceptable.test(given)) return given;
  const { traceparent } = headers;
  const traced = typeof traceparent === 'string' ? traceParentForm.exec(traceparent) : null;
  return traced?.[1] ?? newId();
}

/** 80 random bits, and too short to be taken for a secret by the log. */
const idBytes = 10;
/** The system is asked for the bits of many ids at once. */
const idsAtOnce = 200;
let random = Buffer.alloc(0);
let used = 0;

function newId(): string {
  if (used === random.length) {
    random = randomBytes(idBytes * idsAtOnce);
    used = 0;
  }
  used += idBytes;
  return random.toString('base64url', used - idBytes, used);
}

/** Tells the client the id of its request; what follows from the request knows it. */
export function nameRequests(server: FastifyInstance): void {
  server.decorateRequest('cause');
  server.addHook('onRequest', (request, reply, done) => {
    tellRequestId(request, reply);
    request.cause = { requestId: request.id, traceParent: null };
    causedBy(request.cause, done);
  });
  // A body ends in the context of its connection, not in that of the request.
  server.addHook('preValidation', ({ cause = null }, _reply, done) => {
    if (currentCause() === cause) done();
    else causedBy(cause, done);
  });
  server.addHook('onResponse', ({ cause }, _reply, done) => {
    if (cause) cause.isOver = true;
    done();
  });
}

/** For a response that no hook sees. */
export function tellRequestId(request: FastifyRequest, reply: FastifyReply): void {
  reply.header(requestIdHeader, request.id);
}
