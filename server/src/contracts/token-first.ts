import type { FastifyRequest } from 'fastify';

type Check = (request: FastifyRequest) => Promise<unknown>;

/**
 * The options of a route that checks the token before the body is read. Without a valid token, a broken or large body gets the
 * same response as any other request, and takes no memory. Rate limits come before, since they count everybody.
 * @param check throws what is wrong with the token
 */
export function tokenFirst(check: Check): {
  preParsing: (request: FastifyRequest) => Promise<void>;
} {
  return {
    preParsing: async (request) => {
      await check(request);
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
