import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyPluginAsync } from 'fastify';
import type { Contract } from '../contracts/contract.ts';
import { docsPolicy } from '../contracts/document.ts';
import { textOn } from '../domain/mails/colors.ts';
import { birdFile } from './pages/logo.ts';
import type { InstanceConfig } from './settings/instance-settings.ts';

type Served = ReadonlyArray<Pick<Contract, 'name' | 'title'>>;

/** Swagger UI at `/docs`, for every contract. Its plugin wants a document of its own scope; each contract has its own. */
export function documentation(
  served: Served,
  { name: instanceName, accent }: InstanceConfig,
): FastifyPluginAsync {
  const bird = birdFile(accent, textOn(accent));
  return async (docs) => {
    await docs.register(swagger, {
      mode: 'static',
      specification: {
        document: { openapi: '3.1.0', info: { title: instanceName, version: '2' }, paths: {} },
      },
    });
    await docs.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: docsPolicy,
      logo: { type: 'image/svg+xml', content: bird, href: '/', target: '_self' },
      theme: {
        title: `${instanceName}: API`,
        favicon: [
          {
            filename: 'favicon.svg',
            rel: 'icon',
            sizes: 'any',
            type: 'image/svg+xml',
            content: bird,
          },
        ],
      },
      uiConfig: {
        urls: served.map(({ name, title }) => ({
          name: title ?? instanceName,
          url: `/openapi/${name}.json`,
        })),
        docExpansion: 'none',
        filter: true,
        persistAuthorization: true,
      },
    });
  };
}
