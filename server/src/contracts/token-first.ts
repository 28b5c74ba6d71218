import type { FastifyInstance, FastifyRequest } from 'fastify';

type Judge = (request: FastifyRequest) => Promise<unknown>;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Judges the token; throws what is wrong with it. */
    judge?: Judge;
  }
}

/**
 * For routes that judge the token before they read the body, as the older servers did: without a good token, a broken body or
 * one that is too large gets the answer that every request without a token gets.
 */
export function tokenFirst(judge: Judge): { config: { judge: Judge } } {
  return { config: { judge } };
}

/** After the limits of requests, which are counted for everybody, and before a byte of the body is parsed. */
export function judgeTokensFirst(app: Pick<FastifyInstance, 'addHook'>): void {
  // Without promises where nothing is judged: most requests come by here.
  app.addHook('preParsing', (request, _reply, _payload, done) => {
    const { judge } = request.routeOptions.config;
    if (!judge) return done();
    judge(request).then(() => done(), done);
  });
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
