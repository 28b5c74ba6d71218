import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../domain/administration/account-admin.ts';
import type { Surroundings } from '../contract.ts';

/** Tells of each request who is signed in, and where they ask from. */
export function actorFrom(viewer: Surroundings['viewer']) {
  return async (request: FastifyRequest): Promise<Actor> => ({
    who: await viewer(request),
    address: request.ip,
  });
}
