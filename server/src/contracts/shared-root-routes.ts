import type { FastifyInstance } from 'fastify';
import { sharedLogin } from './addresses.ts';
import type { Contract } from './contract.ts';
import { sendError } from './error-responses.ts';
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
export function sharedLoginRoute(root: FastifyInstance, served: readonly Contract[]): void {
  const { method, path, contracts } = sharedLogin;
  const claimants = contracts.flatMap((name) =>
    served.filter((contract) => contract.name === name),
  );
  const [first] = claimants;
  if (!first) return;
  root.register(async (scope) => {
    // A body that could not be read names nobody: it came too slowly or is too large.
    scope.setErrorHandler((raw, request, reply) => sendError(first, raw, request, reply));
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    );
    scope.route({
      method,
      url: path,
      schema: { hide: true },
      async handler(request, reply) {
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        const wanted = ownerOfLogin(body);
        const { mount } = claimants.find(({ name }) => name === wanted) ?? first;
        // Within the process: the owner's parser, limits and errors answer, not copies of them.
        const answer = await root.inject({
          method: 'POST',
          url: `${mount}/login`,
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
