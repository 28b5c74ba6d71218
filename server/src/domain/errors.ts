/** What can go wrong, in words that no transport owns. A code exists when at least one contract tells it apart. */
export type ErrorCode =
  | 'no_token'
  | 'bad_token'
  | 'expired_token'
  | 'revoked_token'
  | 'unknown_account'
  | 'wrong_password'
  | 'second_factor_required'
  | 'forbidden'
  | 'not_found'
  | 'gone'
  | 'expired'
  | 'taken'
  | 'conflict'
  | 'invalid'
  | 'malformed'
  | 'too_large'
  | 'unsupported'
  | 'rate_limited'
  | 'unavailable';

export type FieldProblem = {
  /** Name of the input, dotted below an object: `mediaIds.0`. */
  field: string;
  message: string;
};

export type ErrorDetails = {
  fields?: readonly FieldProblem[];
  /** Seconds after which a repeat may succeed. */
  retryAfterSeconds?: number;
  /** How to go on after `second_factor_required`. */
  challenge?: SecondFactorChallenge;
  cause?: unknown;
};

export type SecondFactorChallenge = {
  /** To be sent back with the second factor; works once. */
  token: string;
  methods: ReadonlyArray<'totp' | 'recovery-code' | 'passkey'>;
  expiresAt: string;
};

/** The only error that the domain throws on purpose; each contract has a total table of its codes. */
export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly fields: readonly FieldProblem[];
  readonly retryAfterSeconds: number | undefined;
  readonly challenge: SecondFactorChallenge | undefined;

  /** @param message a plain sentence that may be shown to a client */
  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = 'DomainError';
    this.code = code;
    this.fields = details.fields ?? [];
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.challenge = details.challenge;
  }
}

/** An `invalid` error about one field; its sentence begins with the field. */
export function invalid(field: string, message: string): DomainError {
  return new DomainError('invalid', `${field} ${message}.`, { fields: [{ field, message }] });
}

/** Runs all checks and throws what they found in one `invalid` error: the first message, and every field. Other errors end it. */
export function checkAll(checks: ReadonlyArray<() => void>): void {
  const found: DomainError[] = [];
  for (const check of checks) {
    try {
      check();
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'invalid') throw error;
      found.push(error);
    }
  }
  const [first] = found;
  if (!first) return;
  throw new DomainError('invalid', first.message, { fields: found.flatMap((it) => it.fields) });
}
