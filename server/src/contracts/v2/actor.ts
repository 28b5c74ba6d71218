import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../domain/authority.ts';
import type { RouteContext } from '../contract.ts';

/** Tells of each request who is signed in, and where they ask from. */
export function actorFrom(viewer: RouteContext['viewer']) {
  return async (request: FastifyRequest): Promise<Actor> => ({
    who: await viewer(request),
    address: request.ip,
  });
}
