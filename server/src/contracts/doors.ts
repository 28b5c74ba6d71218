import type { FastifyInstance } from 'fastify';
import { mountOf, sharedLogin } from './addresses.ts';
import { jsonTextOf } from './json-text.ts';

/** Whose `POST /login` it is: hmlet's clients name themselves by `username`, mini-sns's by `email`. */
function ownerOfLogin(body: Uint8Array): string {
  let fields: unknown;
  try {
    fields = JSON.parse(jsonTextOf(body));
  } catch {
    return 'hmlet';
  }
  if (typeof fields !== 'object' || fields === null) return 'hmlet';
  if ('username' in fields && typeof fields.username === 'string' && fields.username !== '') {
    return 'hmlet';
  }
  return 'email' in fields ? 'mini-sns' : 'hmlet';
}

/** Serves the root address that two contracts claim. */
export function loginDoor(root: FastifyInstance, served: ReadonlySet<string>): void {
  const { method, path, contracts } = sharedLogin;
  if (!contracts.some((name) => served.has(name))) return;
  root.register(async (door) => {
    door.removeAllContentTypeParsers();
    door.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    );
    door.route({
      method,
      url: path,
      schema: { hide: true },
      async handler(request, reply) {
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        const wanted = ownerOfLogin(body);
        const owner = served.has(wanted) ? wanted : served.has('hmlet') ? 'hmlet' : 'mini-sns';
        // Within the process: the owner's parser, limits and errors answer, not copies of them.
        const answer = await root.inject({
          method: 'POST',
          url: `${mountOf(owner)}/login`,
          headers: { ...request.headers, 'content-length': String(body.length) },
          payload: body,
          remoteAddress: request.socket.remoteAddress ?? request.ip,
        });
        const {
          connection: _c,
          'transfer-encoding': _t,
          'content-length': _l,
          ...headers
        } = answer.headers;
        return reply.code(answer.statusCode).headers(headers).send(answer.rawPayload);
      },
    });
  });
}
