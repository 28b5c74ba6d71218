import { rootAddressOf } from '../contracts/addresses.ts';
import type { Http } from './http.ts';

/** The heads of the columns of `rookery routes`. */
export const routeTitles = {
  endpoint: 'Endpoint',
  methods: 'Methods',
  rule: 'Rule',
  contract: 'Contract',
  root: 'At the root',
};

/** Every route of the contracts: one row for each address and operation, with all of its methods. */
export function routeRows(http: Pick<Http, 'routes'>): Array<typeof routeTitles> {
  const rows = new Map<string, typeof routeTitles>();
  for (const { method, path, operation, contract } of http.routes()) {
    const key = `${operation} ${path}`;
    const known = rows.get(key);
    const methods = known ? `${known.methods}, ${method}` : method;
    const root = known?.root || rootAddressOf(contract, method, path) || '';
    rows.set(key, { endpoint: operation, methods, rule: path, contract, root });
  }
  return [...rows.values()];
}
