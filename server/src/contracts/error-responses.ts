import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../domain/errors.ts';
import { type Contract, type ContractApp, type WireCode, WireFault } from './contract.ts';
import { outage, toDomainError, writeConflict } from './foreign-errors.ts';
import { logOutage } from './outage-log.ts';
import { TransportError } from './transport-error.ts';

/** How to tell errors that the domain does not throw. */
export type ErrorKinds = {
  /** Tells errors of a machine that cannot be asked right now: they become 503. */
  isOutage: (error: unknown) => boolean;
  /** Tells errors of a write that was given up since others changed what it is about: they become 409. */
  isWriteConflict: (error: unknown) => boolean;
};

const noStore = 'private, no-store';

/** Answers an error in the words and the envelope of a contract. */
export function sendError(
  contract: Contract,
  given: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const raw = namingType(given, request);
  const error = raw instanceof TransportError ? null : toDomainError(raw);
  const code = error?.code ?? ownCodeOf(raw);
  const wire = contract.errors[code];
  if (code === 'internal') request.log.error({ err: raw }, 'a request failed unexpectedly');
  else if (code === 'unavailable') logOutage(request.log, raw);
  const shown = error ?? new DomainError('unavailable', messageOf(raw));
  request.log.debug({ code, why: shown.message }, 'a request was refused');
  if (shown.retryAfterSeconds !== undefined) {
    reply.header('retry-after', String(shown.retryAfterSeconds));
  }
  if (wire.status === 401 && contract.challenge) {
    reply.header('www-authenticate', contract.challenge(wire));
  }
  // A form that is refused half-way is read to its end: nobody else would read it, and a client that only listens once
  // it has sent everything would wait forever, as would the close of the server.
  request.raw.unpipe().resume();
  const [status, body] =
    raw instanceof WireFault
      ? [raw.status, raw.body]
      : [wire.status, contract.errorBody(shown, wire, request.id)];
  // A schema of this status would be tried on the error and fail; it is written as it is.
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return reply
    .code(status)
    .header('content-type', contract.errorType)
    .header('cache-control', noStore)
    .serializer((payload: string) => payload)
    .send(text);
}

/** A body of an unknown type is refused by the framework, which cannot say what would be taken. */
function namingType(raw: unknown, { routeOptions }: FastifyRequest): unknown {
  const isUnknownType =
    raw instanceof Error && 'code' in raw && raw.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE';
  const { accepts } = routeOptions.config;
  if (!isUnknownType || !accepts) return raw;
  const message = `Send the body as ${accepts}, and say so in Content-Type.`;
  return new DomainError('unsupported', message, { cause: raw });
}

/** Answers every error below a contract's mount in its envelope. */
export function handleErrors(
  app: ContractApp,
  contract: Contract,
  { isOutage, isWriteConflict }: ErrorKinds,
): void {
  app.setErrorHandler((raw, request, reply) => {
    if (isOutage(raw)) return sendError(contract, outage(raw), request, reply);
    if (!isWriteConflict(raw)) return sendError(contract, raw, request, reply);
    // Seldom, or a fault of ours that meets the same constraint every time: somebody should look.
    request.log.error({ err: raw }, 'a write was given up');
    return sendError(contract, writeConflict(raw), request, reply);
  });
  app.setNotFoundHandler((request) => {
    throw new DomainError('not_found', `There is nothing at ${request.originalUrl.split('?')[0]}.`);
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    const type = String(reply.getHeader('content-type') ?? '');
    if (type.startsWith('application/json')) reply.header('content-type', contract.jsonType);
    // Responses depend on the viewer: no cache stores them unless the route allows it.
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', noStore);
    done(null, typeof payload === 'string' ? Buffer.from(payload) : payload);
  });
}

function ownCodeOf(error: unknown): WireCode {
  if (error instanceof TransportError) return error.code;
  // A fault says itself how it is answered; this code is not used.
  return error instanceof WireFault ? 'invalid' : 'internal';
}

function messageOf(error: unknown): string {
  if (error instanceof TransportError) return error.message;
  return 'Something went wrong on the server. It was noted.';
}
