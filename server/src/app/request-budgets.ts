import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Budget, budgetOf, withBudget } from '../db/deadline.ts';

const budget = Symbol('budget');
type Budgeted = FastifyRequest & { [budget]?: Budget };

/** Gives each request its time for the database. It is over for what goes on after the response began, such as live events. */
export function limitDatabaseTime(server: FastifyInstance, limitMs: number): void {
  server.addHook('onRequest', (request: Budgeted, reply, done) => {
    request[budget] = budgetOf(limitMs, () => reply.raw.headersSent);
    withBudget(request[budget], done);
  });
  // What reads the body goes on when the socket has bytes, which knows of no request.
  server.addHook('preValidation', (request: Budgeted, _reply, done) => {
    if (request[budget]) withBudget(request[budget], done);
    else done();
  });
}
