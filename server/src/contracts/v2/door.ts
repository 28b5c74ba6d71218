import type { FastifyRequest } from 'fastify';
import type { Door } from '../../domain/sessions/session.ts';

/** Where a request to sign in comes from, and whose tokens it asks for. */
export function doorOf(request: FastifyRequest): Door {
  const device = { name: request.headers['user-agent'] ?? '', address: request.ip };
  return { audience: 'v2', device };
}
