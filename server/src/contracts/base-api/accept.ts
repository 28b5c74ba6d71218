import type { FastifyRequest } from 'fastify';
import { DomainError } from '../../domain/errors.ts';
import type { ContractApp } from '../contract.ts';

/** For routes that answer whatever a client says it takes. */
export const anyAccept = { isForAnyAccept: true } as const;

declare module 'fastify' {
  interface FastifyContextConfig {
    isForAnyAccept?: boolean;
  }
}

/** The older server wanted `application/json` there to the letter; here a client has to rule JSON out to be turned away. */
export function refuseOtherFormats(app: ContractApp): void {
  app.addHook('onRequest', async (request: FastifyRequest) => {
    const isOpen = request.is404 || request.routeOptions.config.isForAnyAccept === true;
    if (isOpen || takesJson(request.headers.accept)) return;
    throw new DomainError('unsupported', 'Only JSON is served. Send Accept: application/json.');
  });
}

/** Whether an `Accept` allows JSON: the range that names it most closely decides. */
function takesJson(accept = ''): boolean {
  // An empty one says as little as none.
  if (/^[\s,]*$/.test(accept)) return true;
  const ranges = new Map(accept.split(',').map(rangeOf));
  const weights = ['application/json', 'application/*', '*/*'].map((range) => ranges.get(range));
  return (weights.find((weight) => weight !== undefined) ?? 0) > 0;
}

function rangeOf(text: string): [range: string, weight: number] {
  const [range = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const q = parameters.find((it) => it.startsWith('q='))?.slice(2) ?? '1';
  const weight = Number(q);
  return [range, Number.isNaN(weight) ? 1 : weight];
}
