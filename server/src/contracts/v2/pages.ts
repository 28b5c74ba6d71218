import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  cursorLetters,
  type DatedListKind,
  type DatedPageRequest,
  datedPageRequest,
  type ListKind,
  type PageRequest,
  pageRequest,
} from '../../domain/paging.ts';

export type PageQuery = { limit?: number; cursor?: string };

function isDated(kind: ListKind | DatedListKind): kind is DatedListKind {
  return kind in cursorLetters.dated;
}

/** Makes the function that reads `limit` and `cursor` of a list; it throws DomainError `invalid` (cursor). */
export function pageReader(
  kind: ListKind | DatedListKind,
): (query: PageQuery) => PageRequest | DatedPageRequest {
  if (isDated(kind)) return (query) => datedPageRequest(kind, query);
  return (query) => pageRequest(kind, query);
}

/** Adds the `Link` header of a page that has a successor. */
export function linkNext(
  request: FastifyRequest,
  reply: FastifyReply,
  publicUrl: string,
  nextCursor: string | null,
): void {
  if (nextCursor === null) return;
  const [path, query] = pathAndQuery(request.url);
  const search = new URLSearchParams(query);
  search.set('cursor', nextCursor);
  reply.header('link', `<${publicUrl}${path}?${search.toString()}>; rel="next"`);
}

/** Of what stands in the request's first line, which may name a whole address with a host of the client's choice. */
function pathAndQuery(url: string): [path: string, query: string] {
  if (!url.startsWith('/')) {
    const { pathname, search } = new URL(url);
    return [pathname, search];
  }
  const mark = url.indexOf('?');
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
}
