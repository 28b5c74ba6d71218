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
  const answers = new WeakMap<FastifyRequest, Promise<T>>();
  return (request) => {
    const answer = answers.get(request) ?? ask(request);
    answers.set(request, answer);
    return answer;
  };
}
