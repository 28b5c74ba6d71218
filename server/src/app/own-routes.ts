import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Contract } from '../contracts/contract.ts';
import { toDomainError } from '../contracts/foreign-errors.ts';
import type { Mounted } from '../contracts/mounting.ts';
import { TransportError } from '../contracts/transport-error.ts';
import type { HttpNeeds } from './http-needs.ts';
import { frontPage, notFoundPage } from './pages/front-page.ts';
import { lookOf, policyOf } from './pages/layout.ts';
import { oneTimeRoutes } from './pages/one-time-routes.ts';
import { wellKnownRoutes } from './pages/well-known-routes.ts';
import { publicUrlOf } from './public-url.ts';
import { readinessRoute } from './readiness.ts';

type Needs = {
  app: HttpNeeds;
  contracts: readonly Contract[];
  /** By name of the contract. */
  mounted: ReadonlyMap<string, Mounted>;
  isDraining: () => boolean;
};

/** What belongs to no contract: the front page, the documents, and how the server is. */
export function ownRoutes(
  server: FastifyInstance,
  { app, contracts, mounted, isDraining }: Needs,
): void {
  let openApi: string | undefined;
  const { instance } = app.config;
  const publicUrl = publicUrlOf(app.config);
  const look = lookOf(instance, publicUrl);
  const policy = policyOf(look);
  const sendPage = (reply: FastifyReply, page: string) =>
    reply.type('text/html; charset=utf-8').header('content-security-policy', policy).send(page);

  server.get('/', async (_request, reply) => sendPage(reply, frontPage(look, contracts)));

  server.get('/openapi.json', async (_request, reply) => {
    openApi ??= JSON.stringify(mounted.get('v2')?.openApi());
    return reply.type('application/json; charset=utf-8').send(openApi);
  });

  for (const [name, mount] of mounted) {
    server.get(`/openapi/${name}.json`, async () => mount.openApi());
  }

  server.get('/livez', async () => ({ status: 'alive' }));

  readinessRoute(server, { app, isDraining });
  oneTimeRoutes(server, look);
  wellKnownRoutes(server, { instance, publicUrl });

  server.setNotFoundHandler((request, reply) => {
    reply.code(404).header('vary', 'Accept');
    if (isBrowser(request)) return sendPage(reply, notFoundPage(look));
    return reply.send({
      error: 'not_found',
      message: `There is nothing at ${request.originalUrl.split('?')[0]}. Try / or /docs.`,
    });
  });
  server.setErrorHandler(sendOwnError);
}

/** Browsers name HTML when they load a page; programs do not. */
function isBrowser({ headers: { accept = '' } }: FastifyRequest): boolean {
  return /(^|,)\s*text\/html\b/i.test(accept);
}

/** Answers an error at an address that belongs to no contract. */
export function sendOwnError(
  error: Error & { statusCode?: number },
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const status = error.statusCode ?? 500;
  if (status >= 500) request.log.error({ err: error }, 'a request failed unexpectedly');
  if (status >= 500) {
    const message = 'Something went wrong on the server. It was noted.';
    return reply.code(status).send({ error: 'internal', message });
  }
  const code = error instanceof TransportError ? error.code : toDomainError(error)?.code;
  return reply.code(status).send({ error: code ?? 'malformed', message: error.message });
}
