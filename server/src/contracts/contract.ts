import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  FastifySchemaCompiler,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { PasswordRule } from '../domain/accounts/account.ts';
import type { Scope } from '../domain/credential.ts';
import type { DomainError, ErrorCode } from '../domain/errors.ts';
import type { Principal, Viewer } from '../domain/viewer.ts';
import type { Services } from './services.ts';
import type { TransportCode } from './transport-error.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Which contract the request belongs to; undefined: to none. */
    contractName?: string;
    /** Whom its token belongs to, once somebody has asked for it. */
    accountId?: number | null;
  }
  interface FastifyContextConfig {
    /** The type of body that a route takes, where a refusal is to name it. */
    accepts?: string;
  }
}

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
export type RouteContext = {
  services: Services;
  /** Where clients reach this server, without a slash at the end. */
  publicUrl: string;
  /** Of one upload. */
  maxUploadBytes: number;
  tokenLives: TokenLives;
  /** Whether the domain hands out the same view to all who see the same, so that what is made of it can be kept. */
  areViewsShared: boolean;
  /**
   * The account that a request comes from.
   * @param scope what its credential must allow; without it, any credential will do
   * @throws DomainError `no_token` · `bad_token` · `expired_token` · `revoked_token` · `forbidden` (the scope is missing, or
   *   the token is of an app that acts for no account)
   */
  viewer: (request: FastifyRequest, scope?: Scope) => Promise<Viewer>;
  /** As `viewer`, for what an app may do for itself, too. */
  principal: (request: FastifyRequest, scope?: Scope) => Promise<Principal>;
  /** What a contract asks of new passwords, or the strict rule where the configuration says so. */
  passwordRuleFor: (own: PasswordRule) => PasswordRule;
  /** Null when no token was sent, or one of an app alone; a token that was sent must be good. */
  viewerIfAny: (request: FastifyRequest, scope?: Scope) => Promise<Viewer | null>;
};

/** One HTTP contract: what it looks like from outside. Nothing branches on its name. */
export type Contract = {
  name: string;
  /** Null: the name of the installation. */
  title: string | null;
  version: string;
  description: string;
  /** The path below which its routes, errors and parsers apply: `/v2`. */
  mount: string;
  /** Whose tokens are valid here; the domain compares it and never reads it. */
  audience: string;
  /** Finds the token in a request, without judging it. */
  credential(request: FastifyRequest): string | null;
  /**
   * Judges it: a token may be signed, or be opaque and looked up.
   * @throws DomainError `no_token` · `bad_token` · `expired_token` · `revoked_token`
   */
  principal(services: Services, credential: string | null): Promise<Principal>;
  parsers?(app: ContractApp): void;
  validator: FastifySchemaCompiler<unknown>;
  /** Total: a code without a line does not compile. */
  errors: Record<WireCode, WireError>;
  /** The body of an error, in this contract's envelope; a text is sent as it stands. */
  errorBody(error: DomainError, wire: WireError, requestId: string): unknown;
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
  routes(app: ContractApp, context: RouteContext): void;
};

/** A response of a contract that no error code of the domain stands for. */
export class WireFault extends Error {
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    super(`answered ${status}`);
    this.status = status;
    this.body = body;
  }
}
