import type { FastifyCorsOptions } from '@fastify/cors';
import type { Contract, ContractApp } from './contract.ts';

/** Which web pages may call the server, where a contract leaves it to the configuration. */
export type OriginRules = {
  configured: readonly string[];
  /** Pages of this machine may, too: where people develop. */
  allowsLoopback: boolean;
  /** Told of each other origin, once. */
  onRefused: (origin: string) => void;
};

const loopback = /^https?:\/\/(localhost|[\w-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/;
/** An attacker may make up any number of origins. */
const maxTold = 100;

/** The options of the CORS plugin for a contract. */
export function crossOriginOptions(
  { origins }: Contract,
  { configured, allowsLoopback }: OriginRules,
): FastifyCorsOptions {
  const allowed = [...configured, ...(allowsLoopback ? [loopback] : [])];
  return {
    origin: origins === 'all' ? '*' : allowed.length > 0 && allowed,
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    strictPreflight: false,
    exposedHeaders: [
      'Accept-Ranges',
      'Allow',
      'Content-Range',
      'ETag',
      'Link',
      'Location',
      'RateLimit-Limit',
      'RateLimit-Remaining',
      'Retry-After',
      'WWW-Authenticate',
      'X-Request-Id',
      'X-Tweet-Id',
    ],
  };
}

/** Tells of pages that a browser will keep from the response: the developer of the page sees no reason for it. */
export function tellRefusedOrigins(
  app: ContractApp,
  { origins }: Contract,
  { configured, allowsLoopback, onRefused }: OriginRules,
): void {
  if (origins === 'all') return;
  const known = new Set(configured);
  const told = new Set<string>();
  app.addHook('onRequest', ({ headers: { origin, host } }, _reply, done) => {
    if (origin === undefined || known.has(origin) || told.has(origin)) return done();
    const isOwn = URL.parse(origin)?.host === host;
    if (!isOwn && !(allowsLoopback && loopback.test(origin)) && told.size < maxTold) {
      told.add(origin);
      onRefused(origin);
    }
    return done();
  });
}
