import type { Server as NetServer } from 'node:net';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyListenOptions,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { noteOutage } from '../adapters/machine-channel.ts';
import { plainPath, rootRewriter } from '../contracts/addresses.ts';
import { type BodyPace, limitPace, usualPace } from '../contracts/body-limits.ts';
import { normalizeAddresses, trustOf } from '../contracts/client-address.ts';
import type { OriginRules } from '../contracts/cross-origin.ts';
import { sendError } from '../contracts/error-responses.ts';
import { embeddable } from '../contracts/file-response.ts';
import { contracts } from '../contracts/index.ts';
import { type Mounted, mountContract } from '../contracts/mounting.ts';
import { sharedLoginRoute } from '../contracts/shared-root-routes.ts';
import { WriteConflict } from '../db/errors.ts';
import { isOutage } from '../db/outages.ts';
import { DomainError } from '../domain/errors.ts';
import { documentation } from './documentation.ts';
import { followConnections } from './drain.ts';
import type { HttpNeeds } from './http-needs.ts';
import { lazySerializers } from './lazy-serializers.ts';
import { lingerAfterEarlyResponses } from './linger.ts';
import { mayShare, openMoreSockets, type Place } from './listeners.ts';
import { type Load, loadMeter } from './load.ts';
import { loggedPath } from './log-options.ts';
import { ownRoutes, sendOwnError } from './own-routes.ts';
import { isOneOfMany } from './processes.ts';
import { publicUrlOf } from './public-url.ts';
import { limitDatabaseTime } from './request-budgets.ts';
import { nameRequests, requestIdOf, tellRequestId } from './request-ids.ts';
import { RequestLog } from './request-log.ts';
import { SetupError } from './setup-error.ts';
import { shedLoad } from './shedding.ts';

export type Http = {
  server: FastifyInstance;
  /** The OpenAPI document of a contract that is served; null for any other name. */
  openApi(contractName: string): object | null;
  /** Every route of the contracts. */
  routes(): Array<{ method: string; path: string; operation: string; contract: string }>;
  /** Listens, and returns the address in use. @throws SetupError when the port cannot be had */
  listen(): Promise<string>;
  /** Answers what has come in, then closes. No request that was sent is cut. */
  close(): Promise<void>;
};

export type HttpOptions = {
  /** Requests that one address may send in a minute. */
  requestsPerMinute?: number;
  /** How long a client may take to send its headers. */
  headersTimeoutMs?: number;
  /** How slowly bodies may come. */
  bodyPace?: BodyPace;
  /** Time in which every answer asks its client to close the connection, before the server stops listening. */
  drainMs?: number;
  /** In place of the load of this process. */
  load?: () => Load;
  /** How long a refusal under load is kept back. */
  holdMs?: number;
};

const maxBodyBytes = 256 * 1024;
/** Connections that wait to be taken; a client beyond it tries again after seconds. The system may allow fewer. */
const backlog = 4096;
/** Above what proxies keep a connection open for, so that they close it first. */
const keepAliveMs = 72_000;

/**
 * Data is never a page: a browser that opens a response runs nothing in it. Pages override this themselves.
 * HSTS is the proxy's, which ends TLS. Source: OWASP's REST Security Cheat Sheet.
 */
const securityHeaders = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Builds the server: every contract below its own mount, and what belongs to no contract. */
export async function buildHttp(app: HttpNeeds, options: HttpOptions = {}): Promise<Http> {
  const { config, services } = app;
  const { host, port } = config.http;
  const { drainMs = 1000 } = options;
  const publicUrl = publicUrlOf(config);
  const served = contracts.filter((contract) => config.contracts.includes(contract.name));
  const names = new Set(served.map((contract) => contract.name));
  const server = newServer(app, options, names);
  const more: NetServer[] = [];
  const endConnections = followConnections(server.server, () => more);
  let isDraining = false;

  // A file never keeps a request waiting for another machine.
  if (!app.database.isEmbedded) limitDatabaseTime(server, config.serving.requestDeadlineMs);
  nameRequests(server);
  app.metrics?.watchHttp(server);
  app.traces?.watchHttp(server);
  normalizeAddresses(server);
  shedLoad(server, {
    load: options.load ?? (() => meter.read()),
    holdMs: options.holdMs,
    chance: Math.random,
    isShed: ({ url }) => served.some(({ mount }) => plainPath(url).startsWith(`${mount}/`)),
  });
  // After that: what is refused is no load.
  const meter = loadMeter(server, maxBodyBytes);
  const pace = options.bodyPace ?? usualPace;
  limitPace(server, pace, maxBodyBytes);
  // Base64 is the longest form in which the largest upload may come.
  const lingerBytes = 2 * config.media.maxBytes;
  lingerAfterEarlyResponses(server.server, { ms: pace.totalMs, bytes: lingerBytes });
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (isDraining) reply.header('connection', 'close');
    done();
  });
  server.addHook('onRequest', (request, reply, done) => {
    reply.headers(securityHeaders);
    if (request.routeOptions.config.servesFiles) reply.headers(embeddable);
    done();
  });
  const mounted = new Map<string, Mounted>();
  for (const contract of served) {
    const mount = await mountContract(server, contract, {
      services,
      instanceName: config.instance.name,
      publicUrl,
      requestLimit: config.hasRateLimits
        ? { perMinute: options.requestsPerMinute ?? 600, counters: app.requestCounters }
        : null,
      maxUploadBytes: config.media.maxBytes,
      tokenLives: config.tokenLives,
      areViewsShared: app.database.isEmbedded,
      isOutage: noticedOutage,
      isWriteConflict: (error) => error instanceof WriteConflict,
      origins: originRulesOf(app),
      hasStrictPasswords: config.hasStrictPasswords,
    });
    mounted.set(contract.name, mount);
  }
  sharedLoginRoute(server, served);
  await server.register(documentation(served, config.instance));
  ownRoutes(server, { app, contracts: served, mounted, isDraining: () => isDraining });
  await server.ready();

  return {
    server,
    openApi: (name) => mounted.get(name)?.openApi() ?? null,
    routes: () =>
      [...mounted].flatMap(([contract, { routes }]) => routes.map((r) => ({ ...r, contract }))),
    async listen() {
      meter.start();
      const place: Place = { host, port, backlog };
      try {
        // Several processes have their connections from the one that started them, which has time for it.
        const isShared = !isOneOfMany() && (await mayShare(place));
        const options: FastifyListenOptions & { reusePort: boolean } = {
          ...place,
          reusePort: isShared,
        };
        const address = await server.listen(options);
        if (isShared) more.push(...(await openMoreSockets(server.server, place)));
        return address;
      } catch (error) {
        throw new SetupError(listenProblemOf(error, host, port), error);
      }
    },
    async close() {
      isDraining = true;
      meter.stop();
      // Streams would never end; their clients reconnect to another process.
      services.live.stop();
      if (server.server.listening) {
        await new Promise((done) => setTimeout(done, drainMs));
        await endConnections();
      }
      await server.close();
    },
  };
}

function originRulesOf({ config: { http }, log }: HttpNeeds): OriginRules {
  return {
    configured: http.corsOrigins,
    allowsLoopback: http.allowsLoopbackOrigins,
    onRefused: (origin) =>
      log.warn(
        { origin },
        `origin ${origin} is not in CORS_ORIGINS: browsers keep the responses from its pages`,
      ),
  };
}

/** Whether the database cannot be asked; metrics hear of it. */
function noticedOutage(error: unknown): boolean {
  const is = isOutage(error);
  if (is) noteOutage('database');
  return is;
}

/** What a person can do about an address that cannot be had. */
function listenProblemOf(error: unknown, host: string, port: number): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} of ${host} is in use. Stop the program that has it, or set PORT to another.`;
    case 'EACCES':
      return `This user may not listen on port ${port}. Set PORT to one above 1023.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `HOST=${host} is no address of this machine. Set it to 127.0.0.1, or to 0.0.0.0 for all.`;
    default:
      return `Cannot listen on port ${port} of ${host}: ${error instanceof Error ? error.message : String(error)}.`;
  }
}

function newServer(
  { config, log }: HttpNeeds,
  { headersTimeoutMs = 15_000 }: HttpOptions,
  served: ReadonlySet<string>,
): FastifyInstance {
  const { trustedProxies } = config.http;
  const logger: FastifyBaseLogger = log;
  return Fastify({
    loggerInstance: logger,
    genReqId: ({ headers }) => requestIdOf(headers),
    logController: new OneLinePerRequest({
      disableRequestLogging: !log.isLevelEnabled('info'),
      requestIdLogLabel: 'requestId',
    }),
    childLoggerFactory: (parent, bindings) => new RequestLog(parent, bindings),
    rewriteUrl: rootRewriter(served),
    trustProxy: trustedProxies.length > 0 && trustOf(trustedProxies),
    schemaController: { compilersFactory: { buildSerializer: lazySerializers } },
    bodyLimit: maxBodyBytes,
    keepAliveTimeout: keepAliveMs,
    return503OnClosing: false,
    routerOptions: { maxParamLength: 300, querystringParser: firstOfEach },
    frameworkErrors: refuseUnroutable,
    http: { headersTimeout: headersTimeoutMs, connectionsCheckingInterval: 1000 },
  });
}

/** A query in which a key stands once: of several the first counts. */
function firstOfEach(text: string): Record<string, string> {
  const query: Record<string, string> = Object.create(null);
  for (const [key, value] of new URLSearchParams(text)) query[key] ??= value;
  return query;
}

/** An address that cannot be decoded reaches no route; it is answered as its contract answers errors. */
function refuseUnroutable(cause: Error, request: FastifyRequest, reply: FastifyReply): void {
  const path = plainPath(request.url);
  const contract = contracts.find(({ mount }) => path.startsWith(`${mount}/`));
  const asked = request.originalUrl.split('?')[0];
  const error = new DomainError('malformed', `The address ${asked} cannot be read.`, { cause });
  tellRequestId(request, reply);
  // Nobody reads or times the rest of it.
  reply.header('x-content-type-options', 'nosniff').header('connection', 'close');
  if (contract) sendError(contract, error, request, reply);
  else sendOwnError(Object.assign(error, { statusCode: 400 }), request, reply);
}

class OneLinePerRequest extends LogController {
  override incomingRequest(): void {}

  override requestCompleted(error: Error | null, _request: unknown, reply: FastifyReply): void {
    const { request, elapsedTime, statusCode } = reply;
    if (this.isLogDisabled(request)) return;
    const details = {
      contract: request.contractName,
      method: request.method,
      route: request.routeOptions.url,
      path: loggedPath(request.url),
      status: statusCode,
      ms: Math.round(elapsedTime * 10) / 10,
      accountId: request.accountId ?? undefined,
      address: request.ip,
    };
    if (error) reply.log.error({ ...details, err: error }, 'the answer could not be sent');
    else reply.log.info(details, 'answered');
  }

  override routeNotFound(): void {}
}
