/** What only HTTP can refuse: a method, a body that came too slowly, one that is encoded, a range outside of the file. */
export type TransportCode = 'method_not_allowed' | 'timeout' | 'encoded' | 'range_not_satisfiable';

const statuses = {
  method_not_allowed: 405,
  timeout: 408,
  encoded: 415,
  range_not_satisfiable: 416,
};

export class TransportError extends Error {
  readonly code: TransportCode;
  /** For addresses that belong to no contract. */
  readonly statusCode: number;

  constructor(code: TransportCode, message: string) {
    super(message);
    this.code = code;
    this.statusCode = statuses[code];
  }
}
