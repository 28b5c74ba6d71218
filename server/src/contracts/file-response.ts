import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../domain/errors.ts';
import type { OpenFile } from '../domain/media/media.ts';
import type { ByteRange } from '../domain/ports.ts';
import { TransportError } from './transport-error.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether web pages of other sites may embed what the route sends; its errors too, or they would look like an outage. */
    servesFiles?: boolean;
  }
}

/** The config of a route that sends files. */
export const servesFiles = { servesFiles: true } as const;

/** What every response of such a route has. */
export const embeddable = { 'cross-origin-resource-policy': 'cross-origin' };

type FileOptions = {
  /** Default: no cache keeps the file. */
  cacheControl?: string;
  /** Cache-Control of a redirect to the storage; without it the bytes always come from here. */
  redirectCacheControl?: string;
  /** The name under which browsers save the file; without it they show it. */
  savedAs?: string;
};

/**
 * Sends one size of a picture, or a file, as RFC 9110 says: conditional requests (13), ranges (14) and HEAD. The only place that does.
 * No Last-Modified is sent, since the bytes behind an ETag never change; so a date never matches.
 * @throws DomainError `not_found` · TransportError `range_not_satisfiable`
 */
export async function sendVariant(
  request: FastifyRequest,
  reply: FastifyReply,
  file: OpenFile,
  { cacheControl, redirectCacheControl, savedAs }: FileOptions = {},
): Promise<FastifyReply> {
  const etag = `"${file.tag}"`;
  const range = isRangeWanted(request, etag) ? rangeOf(request.headers.range, file.bytes) : null;
  const isKnown = isNamed(request.headers['if-none-match'], etag);
  if (!isKnown && range === 'unsatisfiable') {
    reply.header('content-range', `bytes */${file.bytes}`);
    throw new TransportError(
      'range_not_satisfiable',
      `The file has ${file.bytes} bytes; ask for a range within them.`,
    );
  }
  reply
    .header('etag', etag)
    .header('accept-ranges', 'bytes')
    .header('content-disposition', savedAs === undefined ? 'inline' : attachment(savedAs))
    .header('content-security-policy', "default-src 'none'; sandbox");
  if (cacheControl !== undefined) reply.header('cache-control', cacheControl);
  if (isKnown) return reply.code(304).send();
  // The storage has other ETags, and its addresses are signed for one method.
  const mayRedirect = request.method === 'GET' && request.headers['if-range'] === undefined;
  if (redirectCacheControl !== undefined && mayRedirect) {
    const address = await file.findAddress();
    if (address) return reply.header('cache-control', redirectCacheControl).redirect(address);
  }
  return sendBytes(request, reply, file, range === 'unsatisfiable' ? null : range);
}

async function sendBytes(
  request: FastifyRequest,
  reply: FastifyReply,
  file: OpenFile,
  range: ByteRange | null,
): Promise<FastifyReply> {
  reply.type(file.contentType);
  // Fastify takes the length of any other body for that of the answer.
  if (request.method === 'HEAD') {
    return reply.header('content-length', file.bytes).send(Readable.from([]));
  }
  const stream = await file.open(range ?? undefined);
  if (!stream) {
    reply.removeHeader('etag');
    throw new DomainError('not_found', 'There is no such picture.');
  }
  if (!range) return reply.header('content-length', file.bytes).send(stream);
  return reply
    .code(206)
    .header('content-range', `bytes ${range.start}-${range.end}/${file.bytes}`)
    .header('content-length', range.end - range.start + 1)
    .send(stream);
}

/** Of a name in any script (RFC 6266). */
function attachment(name: string): string {
  const escaped = encodeURIComponent(name).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16)}`,
  );
  return `attachment; filename*=UTF-8''${escaped}`;
}

/** Whether If-None-Match names the picture: weakly compared, as the standard wants it (13.1.2). */
function isNamed(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return [...header.matchAll(/(?:W\/)?("[^"]*")/g)].some(([, tag]) => tag === etag);
}

/** Ranges apply to GET only (14.2), and with If-Range only when the client has part of these exact bytes (13.1.5). */
function isRangeWanted({ method, headers }: FastifyRequest, etag: string): boolean {
  const condition = headers['if-range'];
  return method === 'GET' && (condition === undefined || condition === etag);
}

/** A single range of RFC 9110; several or invalid ones are ignored, as the standard allows. */
function rangeOf(header: string | undefined, bytes: number): ByteRange | 'unsatisfiable' | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(header?.trim() ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return null;
  const [, from = '', to = ''] = match;
  if (from !== '' && to !== '' && Number(from) > Number(to)) return null;
  const start = from === '' ? Math.max(0, bytes - Number(to)) : Number(from);
  const end = from === '' || to === '' ? bytes - 1 : Math.min(Number(to), bytes - 1);
  return start > end ? 'unsatisfiable' : { start, end };
}
