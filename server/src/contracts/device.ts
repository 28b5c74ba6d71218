import type { FastifyRequest } from 'fastify';
import type { Device } from '../domain/sessions/session.ts';

/** What a client says it is, and where it comes from. */
export function deviceOf(request: FastifyRequest): Device {
  return { name: request.headers['user-agent'] ?? '', address: request.ip };
}
