import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest, preParsingHookHandler } from 'fastify';
import { TransportError } from './transport-error.ts';

/** How slowly a body may come. */
export type BodyPace = {
  /** For all of a small body, such as JSON. */
  totalMs: number;
  /** An upload may take as long as it likes, if this many bytes come in each such time. */
  windowMs: number;
  bytesPerWindow: number;
};

/** 1 kB/s is slower than any phone that can load the app, and an upload of the largest size still ends. */
export const usualPace: BodyPace = { totalMs: 20_000, windowMs: 30_000, bytesPerWindow: 30_000 };

/**
 * Ends requests whose bodies trickle, with a 408 in their contract's shape. Node's own limit is one time for all of them,
 * too long for JSON and too short for a large picture over a slow line.
 * @param smallBodyBytes where routes take larger bodies than this, they are uploads
 */
export function limitPace(server: FastifyInstance, pace: BodyPace, smallBodyBytes: number): void {
  server.server.requestTimeout = 0;
  server.addHook('onRequest', (request, reply, done) => {
    // What the server sends itself is there already.
    const isOnItsWay = request.raw.socket instanceof Socket && hasBody(request.raw);
    if (isOnItsWay) watch(request, reply, { pace, isUpload: isUpload(request, smallBodyBytes) });
    done();
  });
}

/** Whether a request may bring a file: a form, or the body of a route that takes more than `smallBodyBytes`. */
export function isUpload(
  { headers, routeOptions }: FastifyRequest,
  smallBodyBytes: number,
): boolean {
  const isForm = headers['content-type']?.toLowerCase().startsWith('multipart/') ?? false;
  return isForm || (routeOptions.bodyLimit ?? 0) > smallBodyBytes;
}

/**
 * Rejects encoded bodies on every route that is added from now on: what is small in transit may be large once decoded. A route
 * that checks the token first (`tokenFirst`) does so before this.
 */
export function refuseEncodedBodies(app: Pick<FastifyInstance, 'addHook'>): void {
  app.addHook('onRoute', (route) => {
    route.preParsing = [route.preParsing ?? [], refuseEncodedBody].flat();
  });
}

const refuseEncodedBody: preParsingHookHandler = (request, reply, payload, done) => {
  const header = request.headers['content-encoding'];
  if (header === undefined || !hasBody(request.raw)) return done(null, payload);
  const isPlain = header.split(',').every((coding) => /^\s*(identity)?\s*$/i.test(coding));
  if (isPlain) return done(null, payload);
  reply.header('accept-encoding', 'identity');
  return done(new TransportError('encoded', 'Send the body without a Content-Encoding.'));
};

/** Whether a body comes with a request, as its headers say. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

type Watch = { pace: BodyPace; isUpload: boolean };

function watch(request: FastifyRequest, reply: FastifyReply, { pace, isUpload }: Watch): void {
  const { raw } = request;
  const { socket } = raw;
  let seenBytes = socket.bytesRead;
  const timer = isUpload
    ? setInterval(checkPace, pace.windowMs)
    : setInterval(giveUp, pace.totalMs);
  const stop = () => clearInterval(timer);
  raw.once('end', stop);
  socket.once('close', stop);
  reply.raw.once('finish', () => {
    stop();
    socket.removeListener('close', stop);
  });

  function checkPace(): void {
    const came = socket.bytesRead - seenBytes;
    seenBytes = socket.bytesRead;
    // What has come and was not read yet is our own slowness.
    if (came < pace.bytesPerWindow && raw.readableLength === 0) giveUp();
  }

  function giveUp(): void {
    if (raw.complete) return stop();
    // The reader of the body answers the error. Until there is one, there is nothing to end: try again later.
    if (raw.listenerCount('error') === 0) return;
    stop();
    reply.header('connection', 'close');
    raw.emit('error', new TransportError('timeout', 'The body came too slowly. Send it again.'));
  }
}
