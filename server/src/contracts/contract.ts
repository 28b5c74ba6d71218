import cors, { type FastifyCorsOptions } from '@fastify/cors';
import multipart from '@fastify/multipart';
import swagger from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  FastifySchemaCompiler,
  HTTPMethods,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import { type PasswordRule, strictPasswords } from '../domain/accounts/account.ts';
import type { AccountAdminService } from '../domain/accounts/account-admin-service.ts';
import type { AccountService } from '../domain/accounts/account-service.ts';
import type { AppPasswordService } from '../domain/app-passwords/app-password-service.ts';
import type { AuditService } from '../domain/audit/audit-service.ts';
import type { DeviceService } from '../domain/devices/device-service.ts';
import type { EmailService } from '../domain/emails/email-service.ts';
import { DomainError, type ErrorCode } from '../domain/errors.ts';
import type { FeedService } from '../domain/feeds/feed-service.ts';
import type { FollowService } from '../domain/follows/follow-service.ts';
import type { EventTemplateService } from '../domain/groups/event-template-service.ts';
import type { GroupEventService } from '../domain/groups/group-event-service.ts';
import type { GroupService } from '../domain/groups/group-service.ts';
import type { IdentityService } from '../domain/identities/identity-service.ts';
import type { InviteService } from '../domain/invites/invite-service.ts';
import type { MediaService } from '../domain/media/media-service.ts';
import type { OriginalService } from '../domain/media/original-service.ts';
import type { OwnMediaService } from '../domain/media/own-media-service.ts';
import type { LiveEvents } from '../domain/notifications/live-events.ts';
import type { NotificationService } from '../domain/notifications/notification-service.ts';
import type { PasskeyService } from '../domain/passkeys/passkey-service.ts';
import type { PasswordService } from '../domain/passwords/password-service.ts';
import type { PhoneService } from '../domain/phones/phone-service.ts';
import type { PostService } from '../domain/posts/post-service.ts';
import type { SecondFactorService } from '../domain/second-factors/second-factor-service.ts';
import type { TotpService } from '../domain/second-factors/totp-service.ts';
import type { PlainTokenService } from '../domain/sessions/plain-token-service.ts';
import type { Viewer } from '../domain/sessions/session.ts';
import type { SessionService } from '../domain/sessions/session-service.ts';
import type { SignedLinkService } from '../domain/sessions/signed-link-service.ts';
import type { UserDocumentService } from '../domain/user-documents/user-document-service.ts';
import { refuseEncodedBodies } from './body-limits.ts';
import { completeDocument } from './document.ts';
import { outage, toDomainError, writeConflict } from './foreign-errors.ts';
import { limitRequests, type RequestLimit } from './request-limits.ts';
import { judgeTokensFirst, oncePerRequest } from './token-first.ts';
import { type TransportCode, TransportError } from './transport-error.ts';

/** What every contract speaks to; each knows the limits and not who asks. */
export type Services = {
  accounts: AccountService;
  accountAdmin: AccountAdminService;
  auditLog: AuditService;
  sessions: SessionService;
  signedLinks: SignedLinkService;
  plainTokens: PlainTokenService;
  secondFactors: SecondFactorService;
  totp: TotpService;
  passkeys: PasskeyService;
  appPasswords: AppPasswordService;
  media: MediaService;
  ownMedia: OwnMediaService;
  originals: OriginalService;
  posts: PostService;
  follows: FollowService;
  feeds: FeedService;
  emails: EmailService;
  passwords: PasswordService;
  invites: InviteService;
  phones: PhoneService;
  identities: IdentityService;
  devices: DeviceService;
  groups: GroupService;
  eventTemplates: EventTemplateService;
  groupEvents: GroupEventService;
  notifications: NotificationService;
  live: LiveEvents;
  userDocuments: UserDocumentService;
};

/** The domain's codes and those that only HTTP has. */
export type WireCode = ErrorCode | TransportCode | 'internal';

export type WireError = { status: number; code: string };

export type ContractApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** How long tokens live that have no refresh token beside them, in ms: longer where people are, moments in tests. */
export type TokenLives = { accessMs: number; passwordMs: number };

/** What a contract's routes are given. */
export type Surroundings = {
  services: Services;
  /** Where clients reach this server, without a slash at the end. */
  publicUrl: string;
  /** Of one upload. */
  maxUploadBytes: number;
  tokenLives: TokenLives;
  /** The one who asks. @throws DomainError `no_token` · `bad_token` · `expired_token` · `revoked_token` */
  viewer: (request: FastifyRequest) => Promise<Viewer>;
  /** What a contract asks of new passwords, or the strict rule where the configuration says so. */
  passwordRuleFor: (own: PasswordRule) => PasswordRule;
  /** Null when no token was sent; one that was sent must be good. */
  viewerIfAny: (request: FastifyRequest) => Promise<Viewer | null>;
};

/** One HTTP contract: what it looks like from outside. Nothing branches on its name. */
export type Contract = {
  name: string;
  title: string;
  version: string;
  description: string;
  /** Its own address, below which its errors and parsers hold: `/v2`. */
  mount: string;
  /** Whose tokens are valid here; the domain compares it and never reads it. */
  audience: string;
  /** Finds the token in a request, without judging it. */
  credential(request: FastifyRequest): string | null;
  /** Judges it. @throws DomainError `no_token` · `bad_token` · `expired_token` · `revoked_token` */
  viewer(services: Services, credential: string | null): Promise<Viewer>;
  parsers?(app: ContractApp): void;
  validator: FastifySchemaCompiler<unknown>;
  /** Total: a code without a line does not compile. */
  errors: Record<WireCode, WireError>;
  /** The body of an error, in this contract's envelope; a text is sent as it stands. */
  errorBody(error: DomainError, wire: WireError): unknown;
  /** What `WWW-Authenticate` says with a 401; null where clients have never seen it. */
  challenge: ((wire: WireError) => string) | null;
  /** Web pages of which origins may call it: those of the configuration, or all. */
  origins: 'configured' | 'all';
  /** Content types to the letter: old clients compare them. */
  jsonType: string;
  errorType: string;
  /** What the operations of the OpenAPI document share. */
  openapi: {
    schemas: readonly object[];
    /** In the words of OpenAPI: security schemes, headers, examples. */
    components: Record<string, Record<string, object>>;
    tags: ReadonlyArray<{ name: string; description: string }>;
  };
  routes(app: ContractApp, surroundings: Surroundings): void;
};

export type MountOptions = {
  services: Services;
  publicUrl: string;
  /** Null: requests are not counted. */
  requestLimit: RequestLimit | null;
  maxUploadBytes: number;
  tokenLives: TokenLives;
  /** Tells errors of a machine that cannot be asked right now: they become 503. */
  isOutage: (error: unknown) => boolean;
  /** Tells errors of a write that was given up since others changed what it is about: they become 409. */
  isWriteConflict: (error: unknown) => boolean;
  /** Origins of web pages that may call the server, where a contract leaves it to the configuration. */
  corsOrigins: readonly string[];
  /** Whether every contract asks for passwords as strict as those of `/v2`. */
  hasStrictPasswords: boolean;
};

/** An answer of a contract's own that no code of the domain stands for. */
export class WireFault extends Error {
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    super(`answered ${status}`);
    this.status = status;
    this.body = body;
  }
}

/** What a mounted contract tells of itself once the server is ready. */
export type Mounted = {
  openApi(): object;
  /** `GET /v2/me` and so on, as they were declared. */
  routes: ReadonlyArray<{ method: string; path: string; operation: string }>;
};

const noStore = 'private, no-store';

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
      answerErrors(app, contract, options);
      app.setValidatorCompiler(contract.validator);
      await app.register(cors, originsOf(contract, options.corsOrigins));
      await document(app, contract, options.publicUrl);
      await app.register(multipart, {
        limits: { files: 1, fileSize: options.maxUploadBytes + 1, fields: 10, parts: 12 },
      });
      if (options.requestLimit) await limitRequests(app, options.requestLimit);
      refuseEncodedBodies(app);
      contract.parsers?.(app);
      judgeTokensFirst(app);
      collectMethods(app, methods);
      contract.routes(app, surroundingsOf(contract, options));
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

function originsOf({ origins }: Contract, configured: readonly string[]): FastifyCorsOptions {
  return {
    origin: origins === 'all' ? '*' : configured.length > 0 && [...configured],
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    strictPreflight: false,
    exposedHeaders: [
      'Accept-Ranges',
      'Allow',
      'Content-Range',
      'ETag',
      'Link',
      'Location',
      'RateLimit-Limit',
      'RateLimit-Remaining',
      'Retry-After',
      'WWW-Authenticate',
      'X-Tweet-Id',
    ],
  };
}

function surroundingsOf(
  contract: Contract,
  { services, publicUrl, hasStrictPasswords, maxUploadBytes, tokenLives }: MountOptions,
): Surroundings {
  const viewer = oncePerRequest((request) =>
    contract.viewer(services, contract.credential(request)),
  );
  return {
    services,
    publicUrl,
    maxUploadBytes,
    tokenLives,
    viewer,
    passwordRuleFor: (own) => (hasStrictPasswords ? strictPasswords : own),
    viewerIfAny: async (request) =>
      contract.credential(request) === null ? null : viewer(request),
  };
}

/** Answers an error in the words and the envelope of a contract. */
export function answerError(
  contract: Contract,
  raw: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const error = raw instanceof TransportError ? null : toDomainError(raw);
  const code = error?.code ?? ownCodeOf(raw);
  const wire = contract.errors[code];
  if (code === 'internal') request.log.error({ err: raw }, 'a request failed unexpectedly');
  else if (code === 'unavailable') request.log.warn({ err: raw }, 'a request was turned away');
  const shown = error ?? new DomainError('unavailable', messageOf(raw));
  request.log.debug({ code, why: shown.message }, 'a request was refused');
  if (shown.retryAfterSeconds !== undefined) {
    reply.header('retry-after', String(shown.retryAfterSeconds));
  }
  if (wire.status === 401 && contract.challenge) {
    reply.header('www-authenticate', contract.challenge(wire));
  }
  // A form that is refused half-way is read to its end: nobody else would read it, and a client that only listens once
  // it has sent everything would wait for ever, as would the close of the server.
  request.raw.unpipe().resume();
  const [status, body] =
    raw instanceof WireFault
      ? [raw.status, raw.body]
      : [wire.status, contract.errorBody(shown, wire)];
  // A schema of this status would be tried on the error and fail; it is written as it is.
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return reply
    .code(status)
    .header('content-type', contract.errorType)
    .header('cache-control', noStore)
    .serializer((payload: string) => payload)
    .send(text);
}

function answerErrors(
  app: ContractApp,
  contract: Contract,
  { isOutage, isWriteConflict }: Pick<MountOptions, 'isOutage' | 'isWriteConflict'>,
): void {
  app.setErrorHandler((raw, request, reply) => {
    if (isOutage(raw)) return answerError(contract, outage(raw), request, reply);
    if (!isWriteConflict(raw)) return answerError(contract, raw, request, reply);
    // Seldom, or a fault of ours that meets the same constraint every time: somebody should look.
    request.log.error({ err: raw }, 'a write was given up');
    return answerError(contract, writeConflict(raw), request, reply);
  });
  app.setNotFoundHandler((request) => {
    throw new DomainError('not_found', `There is nothing at ${request.originalUrl.split('?')[0]}.`);
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    const type = String(reply.getHeader('content-type') ?? '');
    if (type.startsWith('application/json')) reply.header('content-type', contract.jsonType);
    // What an answer says depends on who asks: no cache keeps it unless its route says so.
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', noStore);
    done(null, typeof payload === 'string' ? Buffer.from(payload) : payload);
  });
}

async function document(app: ContractApp, contract: Contract, publicUrl: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: contract.title,
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

function ownCodeOf(error: unknown): WireCode {
  if (error instanceof TransportError) return error.code;
  // A fault says itself how it is answered; this code is not used.
  return error instanceof WireFault ? 'invalid' : 'internal';
}

function messageOf(error: unknown): string {
  if (error instanceof TransportError) return error.message;
  return 'Something went wrong on the server. It was noted.';
}
