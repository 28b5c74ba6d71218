import { pageFault, partsFault } from './checks.ts';
import { wireRequest } from './connection.ts';
import type { Load } from './measure.ts';

/** Fastify alone: the least that a request costs, and the least that a page of this size costs. */
export const baselineLoads: Record<'hello' | 'static-page', Load> = {
  hello: {
    name: 'hello',
    request: () => hello,
    fault: (response) => partsFault(response, { status: 200, parts: ['{"hello":"world"}'] }),
  },
  'static-page': {
    name: 'static-page',
    request: () => page,
    fault: (response) => pageFault(response, { items: 20 }),
  },
};

const hello = wireRequest('GET', '/hello');
const page = wireRequest('GET', '/page');
