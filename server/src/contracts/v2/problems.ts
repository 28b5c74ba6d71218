import { STATUS_CODES } from 'node:http';
import type { DomainError } from '../../domain/errors.ts';
import type { WireCode, WireError } from '../contract.ts';

/** Every error of `/v2`: its status, and the code that clients switch on. */
export const v2Errors: Record<WireCode, WireError> = {
  no_token: { status: 401, code: 'no_token' },
  bad_token: { status: 401, code: 'bad_token' },
  expired_token: { status: 401, code: 'expired_token' },
  revoked_token: { status: 401, code: 'revoked_token' },
  // One answer for both: who may sign in here is nobody's business.
  unknown_account: { status: 401, code: 'wrong_password' },
  wrong_password: { status: 401, code: 'wrong_password' },
  second_factor_required: { status: 401, code: 'second_factor_required' },
  forbidden: { status: 403, code: 'forbidden' },
  not_found: { status: 404, code: 'not_found' },
  gone: { status: 410, code: 'gone' },
  expired: { status: 410, code: 'expired' },
  taken: { status: 409, code: 'taken' },
  conflict: { status: 409, code: 'conflict' },
  invalid: { status: 422, code: 'invalid' },
  malformed: { status: 400, code: 'malformed' },
  too_large: { status: 413, code: 'too_large' },
  encoded: { status: 415, code: 'unsupported' },
  unsupported: { status: 415, code: 'unsupported' },
  rate_limited: { status: 429, code: 'rate_limited' },
  unavailable: { status: 503, code: 'unavailable' },
  timeout: { status: 408, code: 'timeout' },
  method_not_allowed: { status: 405, code: 'method_not_allowed' },
  range_not_satisfiable: { status: 416, code: 'range_not_satisfiable' },
  internal: { status: 500, code: 'internal' },
};

/** RFC 9457 problem details. */
export function problemOf(
  error: Pick<DomainError, 'message' | 'fields'> & Partial<Pick<DomainError, 'challenge'>>,
  wire: WireError,
  requestId: string,
): object {
  return {
    type: `urn:rookery:problem:${wire.code}`,
    title: STATUS_CODES[wire.status],
    status: wire.status,
    code: wire.code,
    detail: error.message,
    ...(error.fields.length > 0 ? { fields: error.fields } : {}),
    ...(error.challenge ? { challenge: error.challenge } : {}),
    requestId,
  };
}
