import { callbackify } from 'node:util';
import rateLimit, { type FastifyRateLimitStoreCtor } from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import { DomainError } from '../domain/errors.ts';
import { countingAddress } from '../domain/network-address.ts';
import type { Counters } from '../domain/ports.ts';

export type RequestLimit = {
  /** What one address may send to all contracts together. */
  perMinute: number;
  counters: Counters;
};

type Scope = Pick<FastifyInstance, 'register'>;

/** Counts the requests of each address, and answers 429 above the limit. */
export async function limitRequests(
  app: Scope,
  { perMinute, counters }: RequestLimit,
): Promise<void> {
  await app.register(rateLimit, {
    max: perMinute,
    timeWindow: '1 minute',
    enableDraftSpec: true,
    keyGenerator: ({ ip }) => countingAddress(ip),
    store: storeOf(counters),
    errorResponseBuilder: (_request, { ttl }) =>
      new DomainError('rate_limited', 'Too many requests. Slow down.', {
        retryAfterSeconds: Math.max(1, Math.ceil(ttl / 1000)),
      }),
  });
}

/** The plugin makes its stores with `new`, and a child of them for each route that has a limit of its own. */
function storeOf(counters: Counters, route = ''): FastifyRateLimitStoreCtor {
  const add = callbackify(async (address: string, windowMs: number) => {
    const { count, resetMs } = await counters.add(`requests:${route}${address}`, 1, windowMs);
    return { current: count, ttl: resetMs };
  });
  return class Store {
    incr(address: string, done: Done, windowMs: number): void {
      add(address, windowMs, done);
    }

    child(options: unknown): InstanceType<FastifyRateLimitStoreCtor> {
      const { method, url } = (options as { routeInfo: RouteInfo }).routeInfo;
      return new (storeOf(counters, `${String(method)} ${url} `))({});
    }
  };
}

type RouteInfo = { method: string | string[]; url: string };

type Done = (error: Error | null, result?: { current: number; ttl: number }) => void;
