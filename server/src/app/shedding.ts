import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DomainError } from '../domain/errors.ts';
import type { Load } from './load.ts';

/** From the first number on some are refused, from the second on all. */
type Ramp = { from: number; to: number };

type Ramps = Record<keyof Load, Ramp>;

/** While there are fewer, reads are slow for another reason, such as a storage that does not answer. */
const crowd = 64;

/** A write can be repeated later with the same effect; a read has somebody waiting for it. */
const writes: Ramps = {
  delayMs: { from: 150, to: 600 },
  inFlight: { from: 80, to: 200 },
  readMs: { from: 400, to: 1200 },
};
const reads: Ramps = {
  delayMs: { from: 600, to: 2000 },
  inFlight: { from: 200, to: 400 },
  readMs: { from: 1000, to: 2500 },
};

const retryAfterSeconds = 2;

/** What share of such requests is refused at this load, from 0 to 1. */
export function refusedShare({ delayMs, inFlight, readMs }: Load, isRead: boolean): number {
  const ramps = isRead ? reads : writes;
  return Math.max(
    on(ramps.delayMs, delayMs),
    on(ramps.inFlight, inFlight),
    inFlight < crowd ? 0 : on(ramps.readMs, readMs),
  );
}

function on({ from, to }: Ramp, value: number): number {
  return Math.min(1, Math.max(0, (value - from) / (to - from)));
}

type Options = {
  load: () => Load;
  chance: () => number;
  /** Whether a request goes to a contract; health checks and pages are always answered. */
  isShed: (request: FastifyRequest) => boolean;
};

/**
 * Refuses requests while the process is too busy, before their token is checked and their body is read: what is accepted is
 * answered in time. Reads last.
 */
export function shedLoad(server: FastifyInstance, { load, chance, isShed }: Options): void {
  server.addHook('onRequest', (request, _reply, done) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const share = refusedShare(load(), isRead);
    if (share === 0 || !isShed(request) || chance() >= share) return done();
    const message = 'The server is busy. Try again in a moment.';
    done(new DomainError('unavailable', message, { retryAfterSeconds }));
  });
}
