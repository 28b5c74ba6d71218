import type { FastifyRequest } from 'fastify';
import type { SignInContext } from '../../domain/sessions/session.ts';
import { deviceOf } from '../device.ts';

/** Where a request to sign in comes from, and whose tokens it asks for. */
export function signInContextOf(request: FastifyRequest): SignInContext {
  return { audience: 'v2', device: deviceOf(request) };
}
