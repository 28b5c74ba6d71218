import swaggerUi from '@fastify/swagger-ui';
import type { FastifyRequest } from 'fastify';
import type { ContractApp } from '../contract.ts';
import { docsPolicy } from '../document.ts';
import { mount } from './wire.ts';

const page = '/api/doc/';

/** The page on which everything can be tried, where clients of the older server expect it. */
export function documentationRoutes(app: ContractApp): void {
  app.register(swaggerUi, { routePrefix: page.slice(0, -1), staticCSP: docsPolicy });

  app.get(
    '/api/swagger.json',
    { schema: { operationId: 'readSpecification', summary: 'The OpenAPI document' } },
    async () => app.swagger(),
  );

  for (const [path, operationId] of [
    ['/', 'readRoot'],
    ['/api/', 'readStart'],
  ] as const) {
    app.get(
      path,
      {
        schema: { operationId, summary: 'Leads to the documentation' },
        prefixTrailingSlash: 'slash',
      },
      async (request, reply) => reply.redirect(`${baseOf(request)}${page}`),
    );
  }
}

/** What stands before the contract's own paths in the address that was asked for: nothing at the root. */
function baseOf({ originalUrl }: FastifyRequest): string {
  return originalUrl.startsWith(mount) ? mount : '';
}
