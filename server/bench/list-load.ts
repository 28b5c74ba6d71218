import { countOf, partsFault } from './checks.ts';
import type { WireRequest } from './connection.ts';
import { around } from './load-needs.ts';
import type { Load } from './measure.ts';

type ListRequest = {
  request: WireRequest;
  items: number;
  /** The first and the last item, as they stand in the answer. */
  parts: readonly string[];
};

/** Asks for whole lists in turn; `mark` stands in an answer once for each item. */
export function listLoad(name: string, mark: string, requests: readonly ListRequest[]): Load {
  return {
    name,
    request: (n) => around(requests, n).request,
    items: (n) => around(requests, n).items,
    fault(response, n) {
      const { items, parts } = around(requests, n);
      const count = countOf(response.body, mark);
      if (count !== items) return `${count} times ${mark} instead of ${items}`;
      return partsFault(response, { status: 200, parts });
    },
  };
}
