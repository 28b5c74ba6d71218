import cors from '@fastify/cors';
import multipart from '@fastify/multipart';
import swagger from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyRequest, HTTPMethods } from 'fastify';
import { strictPasswords } from '../domain/accounts/account.ts';
import { checkScope, type Scope } from '../domain/credential.ts';
import { DomainError } from '../domain/errors.ts';
import type { Principal } from '../domain/viewer.ts';
import { refuseEncodedBodies } from './body-limits.ts';
import type { Contract, ContractApp, RouteContext, TokenLives } from './contract.ts';
import { crossOriginOptions, type OriginRules, tellRefusedOrigins } from './cross-origin.ts';
import { completeDocument } from './document.ts';
import { type ErrorKinds, handleErrors } from './error-responses.ts';
import { limitRequests, type RequestLimit } from './request-limits.ts';
import type { Services } from './services.ts';
import { oncePerRequest } from './token-first.ts';
import { TransportError } from './transport-error.ts';

export type MountOptions = ErrorKinds & {
  services: Services;
  instanceName: string;
  publicUrl: string;
  /** Null: requests are not counted. */
  requestLimit: RequestLimit | null;
  maxUploadBytes: number;
  tokenLives: TokenLives;
  /** See `RouteContext`. */
  areViewsShared: boolean;
  origins: OriginRules;
  /** Whether every contract asks for passwords as strict as those of `/v2`. */
  hasStrictPasswords: boolean;
};

/** What a mounted contract tells of itself once the server is ready. */
export type Mounted = {
  openApi(): object;
  /** `GET /v2/me` and so on, as they were declared. */
  routes: ReadonlyArray<{ method: string; path: string; operation: string }>;
};

/** Puts a contract on the server, below its mount. */
export async function mountContract(
  root: FastifyInstance,
  contract: Contract,
  options: MountOptions,
): Promise<Mounted> {
  const methods = new Map<string, Map<string, string>>();
  let documentOf = (): object => {
    throw new Error('The server is not ready.');
  };
  await root.register(
    async (instance) => {
      const app = instance.withTypeProvider<TypeBoxTypeProvider>();
      app.decorateRequest('contractName', contract.name);
      app.decorateRequest('accountId', null);
      handleErrors(app, contract, options);
      app.setValidatorCompiler(contract.validator);
      tellRefusedOrigins(app, contract, options.origins);
      await app.register(cors, crossOriginOptions(contract, options.origins));
      await document(app, contract, options);
      await app.register(multipart, {
        limits: { files: 1, fileSize: options.maxUploadBytes + 1, fields: 10, parts: 12 },
      });
      if (options.requestLimit) await limitRequests(app, options.requestLimit);
      refuseEncodedBodies(app);
      contract.parsers?.(app);
      collectMethods(app, methods);
      contract.routes(app, routeContextOf(contract, options));
      refuseOtherMethods(app, contract.mount, methods);
      documentOf = () => app.swagger();
    },
    { prefix: contract.mount },
  );
  const routes = [...methods].flatMap(([path, known]) =>
    [...known].map(([method, operation]) => ({ method, path, operation })),
  );
  return { openApi: () => documentOf(), routes };
}

function routeContextOf(
  contract: Contract,
  { hasStrictPasswords, ...options }: MountOptions,
): RouteContext {
  const { services, publicUrl, maxUploadBytes, tokenLives, areViewsShared } = options;
  return {
    services,
    publicUrl,
    maxUploadBytes,
    tokenLives,
    areViewsShared,
    ...principalsOf(contract, services),
    passwordRuleFor: (own) => (hasStrictPasswords ? strictPasswords : own),
  };
}

/** Who a request comes from: judged once, however often its handler asks. */
function principalsOf(
  contract: Contract,
  services: Services,
): Pick<RouteContext, 'principal' | 'viewer' | 'viewerIfAny'> {
  const judge = oncePerRequest(async (request) => {
    const found = await contract.principal(services, contract.credential(request));
    request.accountId = found.accountId;
    return found;
  });

  async function principal(request: FastifyRequest, scope?: Scope): Promise<Principal> {
    const found = await judge(request);
    if (scope) checkScope(found, scope);
    return found;
  }

  return {
    principal,
    async viewer(request, scope) {
      const found = await principal(request, scope);
      if (found.accountId !== null) return found;
      throw new DomainError(
        'forbidden',
        'This needs the token of an account, not of an app alone.',
      );
    },
    async viewerIfAny(request, scope) {
      if (contract.credential(request) === null) return null;
      const found = await principal(request, scope);
      return found.accountId === null ? null : found;
    },
  };
}

async function document(
  app: ContractApp,
  contract: Contract,
  { instanceName, publicUrl }: MountOptions,
): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: contract.title ?? instanceName,
        version: contract.version,
        description: contract.description,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: publicUrl }],
      components: contract.openapi.components as never,
      tags: [...contract.openapi.tags],
    },
    transformObject: (made) =>
      'openapiObject' in made ? completeDocument(made.openapiObject) : made.swaggerObject,
    refResolver: {
      buildLocalReference: (json, _base, _fragment, index) =>
        typeof json.$id === 'string' ? json.$id : `def-${index}`,
    },
  });
  for (const schema of contract.openapi.schemas) app.addSchema(schema);
}

const allMethods: HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Notes every declared route: path → method → operation. */
function collectMethods(app: ContractApp, methods: Map<string, Map<string, string>>): void {
  app.addHook('onRoute', ({ url, method, schema }) => {
    if (schema?.hide) return;
    const known = methods.get(url) ?? new Map<string, string>();
    for (const m of [method].flat()) known.set(m, schema?.operationId ?? '');
    methods.set(url, known);
  });
}

/** Answers 405 with `Allow` where the path is known and the method is not. */
function refuseOtherMethods(
  app: ContractApp,
  mount: string,
  methods: ReadonlyMap<string, ReadonlyMap<string, string>>,
): void {
  for (const [url, known] of methods) {
    const others = allMethods.filter((method) => !known.has(method));
    const allow = [...known.keys()].sort().join(', ');
    if (others.length === 0) continue;
    app.route({
      method: others,
      url: url.slice(mount.length) || '/',
      schema: { hide: true },
      handler: (_request, reply) => {
        reply.header('allow', allow);
        throw new TransportError('method_not_allowed', `This address answers ${allow}.`);
      },
    });
  }
}
