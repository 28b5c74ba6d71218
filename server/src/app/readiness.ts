import type { FastifyInstance } from 'fastify';
import { budgetOf, withBudget } from '../db/deadline.ts';
import { isReadOnly } from '../db/outages.ts';
import type { Dependency } from './dependencies.ts';
import type { HttpNeeds } from './http-needs.ts';

/** A probe is answered within a second, whatever happens. */
const limitMs = 900;
/** For so long, what is told of all dependencies is remembered: their checks write. */
const rememberMs = 2000;

type State = { name: string; isRequired: boolean; state: string };

/** Serves `/readyz`. */
export function readinessRoute(
  server: FastifyInstance,
  { app, isDraining }: { app: HttpNeeds; isDraining: () => boolean },
): void {
  const check = once((dependency: Dependency) => stateOf(dependency, app.log));
  const checkAll = remembered(() => Promise.all(app.dependencies.map(check)));

  server.get<{ Querystring: { verbose?: string } }>('/readyz', async (request, reply) => {
    if (isDraining()) return reply.code(503).send({ status: 'stopping' });
    const isVerbose = request.query.verbose !== undefined;
    const required = app.dependencies.filter((it) => it.isRequired);
    const states = isVerbose ? await checkAll() : await Promise.all(required.map(check));
    const broken = states.find((it) => it.isRequired && it.state !== 'ready');
    const status = broken ? `the ${broken.name} ${broken.state}` : 'ready';
    const dependencies = Object.fromEntries(states.map(({ name, state }) => [name, state]));
    return reply
      .code(broken ? 503 : 200)
      .headers(broken ? { 'retry-after': '2' } : {})
      .send({ status, ...(isVerbose && { dependencies }) });
  });
}

async function stateOf(dependency: Dependency, log: HttpNeeds['log']): Promise<State> {
  const { name, isRequired, check } = dependency;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('It did not answer in time.')), limitMs);
  });
  try {
    // The budget also takes the connection away on which the check waits.
    const checked = withBudget(budgetOf(limitMs), check);
    checked.catch(() => {});
    await Promise.race([checked, late]);
    return { name, isRequired, state: 'ready' };
  } catch (error) {
    const state = isReadOnly(error) ? 'is read-only' : 'does not answer';
    log.warn({ reason: error instanceof Error ? error.message : error }, `the ${name} ${state}`);
    return { name, isRequired, state };
  } finally {
    clearTimeout(timer);
  }
}

/** Lets those who ask while it runs share its result. */
function once(check: (dependency: Dependency) => Promise<State>): typeof check {
  const running = new Map<string, Promise<State>>();
  return (dependency) => {
    const { name } = dependency;
    const result = running.get(name) ?? check(dependency).finally(() => running.delete(name));
    running.set(name, result);
    return result;
  };
}

function remembered<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  let since = Number.NEGATIVE_INFINITY;
  return () => {
    if (!result || performance.now() - since > rememberMs) {
      since = performance.now();
      result = work();
    }
    return result;
  };
}
