import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import { checkMay, roleAtFirst } from '../../domain/authority.ts';
import type { Page } from '../../domain/paging.ts';
import type { Viewer } from '../../domain/viewer.ts';
import type { ContractApp, RouteContext } from '../contract.ts';
import { Written } from '../fragments.ts';
import { oncePerRequest, tokenFirst } from '../token-first.ts';
import type { Call, Declaration, Exact, Handler } from './declaration.ts';
import { jsonType } from './json-body.ts';
import { operation } from './operation.ts';
import { linkNext, type PageQuery, pageReader } from './pages.ts';
import { viewerByLink } from './signed-links.ts';
import { allProblems } from './validator.ts';

/** What the routes of `/v2` are added to. */
export type V2App = RouteContext & { fastify: ContractApp };

/**
 * Adds a route to `/v2`. The token and the role are checked before the body is read; then path, query, headers and body are
 * validated; then `handle` runs. All that follows from the declaration is worked out once, when the route is added.
 */
export function route<const D extends Declaration>(
  app: V2App,
  declared: D & Exact<D>,
  handle: Handler<D>,
): void {
  add(app, declared, handle as unknown as AnyHandler);
}

/** A handler whose types are not known any more: it gets whatever was declared. */
type AnyHandler = (call: Call<Declaration> & Record<string, unknown>) => unknown;

function add(app: V2App, declared: Declaration, handle: AnyHandler): void {
  const [method = '', url = ''] = declared.at.split(' ');
  const { isBodyOptional, rateLimit, servesFiles, exposeHeadRoute } = declared;
  const readViewer = viewerReader(app, declared);
  app.fastify.route({
    method,
    url,
    schema: operation(declared),
    // The handler answers with the problems of all parts of the request.
    attachValidation: true,
    ...(isCheckedEarly(declared) ? tokenFirst(readViewer) : {}),
    ...(isBodyOptional ? { preValidation: assumeBody } : {}),
    config: {
      accepts: declared.form ? 'multipart/form-data' : 'application/json',
      ...(rateLimit ? { rateLimit } : {}),
      ...(servesFiles ? { servesFiles } : {}),
    },
    ...(exposeHeadRoute === undefined ? {} : { exposeHeadRoute }),
    handler: handlerOf(app, declared, { handle, readViewer }),
  });
}

function isCheckedEarly({ signedIn }: Declaration): boolean {
  return signedIn === 'required' || signedIn === 'optional';
}

type ReadViewer = (request: FastifyRequest) => Promise<Viewer | null>;

/** Finds the viewer of a request, and checks their role. */
function viewerReader(app: V2App, declared: Declaration): ReadViewer {
  const { id, signedIn, authority, link } = declared;
  if (authority && signedIn !== 'required') throw new Error(`${id}: a role needs a token.`);
  if (signedIn === 'optional') {
    if (link) throw new Error(`${id}: a link stands in place of a token that is needed.`);
    return app.viewerIfAny;
  }
  const find = link ? linkReader(app, link) : app.viewer;
  if (!authority) return find;
  return async (request) => {
    const viewer = await find(request);
    checkMay(roleAtFirst({ who: viewer }), authority);
    return viewer;
  };
}

function linkReader(
  app: V2App,
  targetOf: NonNullable<Declaration['link']>,
): (request: FastifyRequest) => Promise<Viewer> {
  return oncePerRequest((request) =>
    viewerByLink(app, request, targetOf(request.params as Record<string, string>)),
  );
}

type Steps = { handle: AnyHandler; readViewer: ReadViewer };

function handlerOf(
  app: V2App,
  declared: Declaration,
  { handle, readViewer }: Steps,
): RouteHandlerMethod {
  const { authority, page, repeatable } = declared;
  const readPage = page && pageReader(page);
  const respond = responder(app, declared);
  const hasViewer = isCheckedEarly(declared);
  const isAskedLater = declared.signedIn === 'if-needed';
  return async (request, reply) => {
    if (request.validationError) throw allProblems(request);
    const viewer = hasViewer ? await readViewer(request) : null;
    const { params, query, body } = request;
    const result = await handle({
      request,
      reply,
      params,
      query,
      body,
      viewer,
      readViewer: isAskedLater ? () => readViewer(request) : undefined,
      actor: authority ? { who: viewer, address: request.ip } : undefined,
      page: readPage?.(query as PageQuery),
      idempotencyKey: repeatable ? idempotencyKey(request) : undefined,
    });
    return respond(result, request, reply);
  };
}

function idempotencyKey({ headers }: FastifyRequest): string | null {
  const key = headers['idempotency-key'];
  return typeof key === 'string' ? key : null;
}

type Respond = (result: unknown, request: FastifyRequest, reply: FastifyReply) => unknown;

/** Turns the result of a handler into the response: status, `Location`, `Link`, and a body or none. */
function responder(
  { publicUrl, fastify }: V2App,
  { response, location, page }: Declaration,
): Respond {
  const [success] = Object.entries(response);
  if (!success) return (reply) => reply;
  const [status, schema] = [Number(success[0]), success[1]];
  if ('type' in schema && schema.type === 'null') {
    return (_nothing, _request, reply) => reply.code(status).send();
  }
  const locate = location && locator(`${publicUrl}${fastify.prefix}`, location);
  return (body, request, reply) => {
    if (status !== 200) reply.code(status);
    if (locate) reply.header('location', locate(body as Fields));
    if (page) linkNext(request, reply, publicUrl, (body as Page<unknown>).nextCursor);
    if (!(body instanceof Written)) return body;
    reply.header('content-type', jsonType);
    return body.bytes;
  };
}

type Fields = Readonly<Record<string, unknown>>;

/** `/posts/:id` → the address of a post, by its `id`. */
function locator(base: string, location: string): (body: Fields) => string {
  const [path = '', field = ''] = location.split(':');
  return (body) => `${base}${path}${String(body[field])}`;
}

/** A request without a body counts as one with an empty object. */
async function assumeBody(request: FastifyRequest): Promise<void> {
  request.body ??= {};
}
