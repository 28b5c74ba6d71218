import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DomainError } from '../domain/errors.ts';
import type { Load } from './load.ts';

/** From the first number on some are refused, from the second on all. */
type Ramp = { from: number; to: number };

type Ramps = Record<Exclude<keyof Load, 'inFlight'>, Ramp>;

/** While there are fewer, requests wait for another reason, such as a storage that does not answer. */
const crowd = 64;

/** A write can be repeated later with the same effect; a read has somebody waiting for it. */
const writes: Ramps = {
  delayMs: { from: 150, to: 600 },
  waitMs: { from: 150, to: 300 },
};
const reads: Ramps = {
  delayMs: { from: 400, to: 1000 },
  waitMs: { from: 300, to: 600 },
};

const retryAfterSeconds = 2;
/**
 * A refusal is kept back for so long: a client that repeats at once would cost so much in refusals that little is left for
 * those who were accepted. So many at most wait at once; further ones are sent at once.
 */
const heldMs = 1000;
const maxHeld = 4000;

/** What share of such requests is refused at this load, from 0 to 1. */
export function refusedShare({ delayMs, inFlight, waitMs }: Load, isRead: boolean): number {
  const ramps = isRead ? reads : writes;
  return Math.max(on(ramps.delayMs, delayMs), inFlight < crowd ? 0 : on(ramps.waitMs, waitMs));
}

function on({ from, to }: Ramp, value: number): number {
  return Math.min(1, Math.max(0, (value - from) / (to - from)));
}

type Options = {
  load: () => Load;
  /** How long a refusal is kept back; default: a second. */
  holdMs?: number | undefined;
  chance: () => number;
  /** Whether a request goes to a contract; health checks and pages are always answered. */
  isShed: (request: FastifyRequest) => boolean;
};

/**
 * Refuses requests while the process is too busy, before their token is checked and their body is read: what is accepted is
 * answered in time. Reads last.
 */
export function shedLoad(
  server: FastifyInstance,
  { load, holdMs = heldMs, chance, isShed }: Options,
): void {
  let held = 0;

  server.addHook('onRequest', (request, _reply, done) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const share = refusedShare(load(), isRead);
    if (share === 0 || !isShed(request) || chance() >= share) return done();
    const message = 'The server is busy. Try again in a moment.';
    const refuse = () => done(new DomainError('unavailable', message, { retryAfterSeconds }));
    if (holdMs === 0 || held >= maxHeld) return refuse();
    held += 1;
    setTimeout(() => {
      held -= 1;
      refuse();
    }, holdMs);
  });
}
