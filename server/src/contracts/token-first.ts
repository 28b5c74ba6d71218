import type { FastifyRequest } from 'fastify';

type Judge = (request: FastifyRequest) => Promise<unknown>;

/**
 * For routes that judge the token before they read the body, as the older servers did: without a good token, a broken body or
 * one that is too large gets the answer that every request without a token gets. The limits of requests come first, for
 * they count everybody.
 * @param judge throws what is wrong with the token
 */
export function tokenFirst(judge: Judge): {
  preParsing: (request: FastifyRequest) => Promise<void>;
} {
  return {
    preParsing: async (request) => {
      await judge(request);
    },
  };
}

/** Asks once for each request, however often its handler wants to know. */
export function oncePerRequest<T>(
  ask: (request: FastifyRequest) => Promise<T>,
): (request: FastifyRequest) => Promise<T> {
  // A property of the request: a WeakMap costs each garbage collection as much as a page of posts.
  const answer = Symbol('answer');
  return (request: FastifyRequest & { [answer]?: Promise<T> }) => {
    request[answer] ??= ask(request);
    return request[answer];
  };
}
