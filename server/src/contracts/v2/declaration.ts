import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Static, TNull, TSchema } from 'typebox';
import type { Act, Actor } from '../../domain/authority.ts';
import type {
  DatedListKind,
  DatedPageRequest,
  ListKind,
  PageRequest,
} from '../../domain/paging.ts';
import type { LinkTarget } from '../../domain/sessions/signed-link-service.ts';
import type { Viewer } from '../../domain/viewer.ts';
import type { WireCode } from '../contract.ts';
import type { Written } from '../fragments.ts';
import type { ResponseHeader } from './response-headers.ts';
import type { Tag } from './tags.ts';

/** What a route of `/v2` declares: what its handler gets, what is checked first, and what the OpenAPI document shows. */
export type Declaration = {
  /** Method and path: `GET /posts/:id`. */
  at: `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`;
  /** Name of the operation. */
  id: string;
  summary: string;
  description?: string;
  tag: Tag;
  /**
   * Whether it needs a token. `required` and `optional` check the token before anything else in the request is read. With
   * `if-needed` the handler calls `readViewer` where it needs to, so that an expired token blocks nothing public.
   */
  signedIn: 'required' | 'optional' | 'if-needed' | 'none';
  /** What the viewer's role must allow; checked together with the token. The service may require more. */
  authority?: Act;
  /** The target of a signed link that works in place of a token, made from the path parameters. */
  link?: (params: Readonly<Record<string, string>>) => LinkTarget;
  params?: TSchema;
  query?: TSchema & { properties: Record<string, TSchema> };
  /** A JSON body. */
  body?: TSchema;
  /** Whether a request without a body counts as one with `{}`. */
  isBodyOptional?: true;
  /** A multipart form; the handler reads and checks it part by part. */
  form?: TSchema;
  /** The kind of list it returns a page of: adds `limit` and `cursor` to the query and `Link` to the response. */
  page?: ListKind | DatedListKind;
  /** Whether it accepts an `Idempotency-Key`. */
  repeatable?: true;
  /** Whether it is a stream that continues after `Last-Event-ID`. */
  resumable?: true;
  /** Requests per client address, in addition to the general limit. */
  rateLimit?: { max: number; timeWindow: string };
  /** Whether web pages of other sites may embed what it sends. */
  servesFiles?: true;
  /** `false` for a stream: a HEAD request would wait for its end. */
  exposeHeadRoute?: false;
  /** The status of success and the schema of its JSON body; empty where the handler sends the response itself. */
  response: { [status in 200 | 201 | 202 | 204]?: TSchema };
  /** Where the created resource is: a path that ends in a field of the body, `/posts/:id`. */
  location?: `/${string}:${string}`;
  /** Error codes besides those that follow from the rest of the declaration. */
  errors?: readonly WireCode[];
  /** Headers of success besides those that follow from the rest. */
  sends?: readonly ResponseHeader[];
  /** Responses that are not JSON, in the words of OpenAPI. */
  otherResponses?: Record<number, object>;
};

/** Rejects unknown keys at compile time: a misspelled option would be ignored silently. */
export type Exact<D> = D & { [K in Exclude<keyof D, keyof Declaration>]: never };

/** What the handler of a declaration gets: the declared parts of the request, validated and typed. */
export type Call<D> = { request: FastifyRequest; reply: FastifyReply } & ViewerOf<D> &
  Part<D, 'params'> &
  Part<D, 'query'> &
  Part<D, 'body'> &
  PageOf<D> &
  (D extends { authority: Act } ? { actor: Actor } : unknown) &
  (D extends { repeatable: true } ? { idempotencyKey: string | null } : unknown);

type ViewerOf<D> = D extends { signedIn: 'required' }
  ? { viewer: Viewer }
  : D extends { signedIn: 'optional' }
    ? { viewer: Viewer | null }
    : D extends { signedIn: 'if-needed' }
      ? { readViewer: () => Promise<Viewer> }
      : unknown;

type Part<D, Name extends string> = D extends { [N in Name]: infer S extends TSchema }
  ? { [N in Name]: Static<S> }
  : unknown;

type PageOf<D> = D extends { page: infer Kind }
  ? { page: Kind extends DatedListKind ? DatedPageRequest : PageRequest }
  : unknown;

type ResponseSchema<D extends Declaration> = D['response'][keyof D['response']];

/** What the handler returns: the body, anything if none is sent, or the reply it has sent itself. */
export type Result<D extends Declaration> = [ResponseSchema<D>] extends [never]
  ? FastifyReply
  : ResponseSchema<D> extends TNull
    ? unknown
    : ResponseSchema<D> extends TSchema
      ? Static<ResponseSchema<D>> | Written<Static<ResponseSchema<D>>>
      : never;

export type Handler<D extends Declaration> = (call: Call<D>) => Result<D> | Promise<Result<D>>;
