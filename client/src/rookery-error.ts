import type { Problem } from './generated.ts';

/** What is wrong with one input. */
export type FieldProblem = NonNullable<Problem['fields']>[number];

/** How to go on after `second_factor_required`. */
export type SecondFactorChallenge = NonNullable<Problem['challenge']>;

/** Details of a failure that not every failure has. */
export type ErrorDetails = {
  fields?: readonly FieldProblem[];
  retryAfterSeconds?: number | undefined;
  challenge?: SecondFactorChallenge | undefined;
  requestId?: string | undefined;
  cause?: unknown;
};

/**
 * The only error of the client besides the `AbortError` of your own signal. `message` is a sentence for people.
 * @example if (error instanceof RookeryError && error.code === 'taken') askForAnotherName(error.fields);
 */
export class RookeryError extends Error {
  /** Status of the answer; 0 when there is none. */
  readonly status: number;
  /**
   * Stable; switch on this. The server's codes are in its OpenAPI document. The client's own are `network` (no answer
   * came), `unreadable` (an answer that is not Rookery's), `session_changed` (somebody signed in or out meanwhile),
   * `processing_failed` and `not_ready_in_time` (of a picture), `denied` and `state_mismatch` (of a sign-in at a provider).
   */
  readonly code: string;
  /** Which inputs are wrong, and why. */
  readonly fields: readonly FieldProblem[];
  /** Seconds after which a repeat may succeed. */
  readonly retryAfterSeconds: number | undefined;

  /** With `second_factor_required`: what `finishLogIn` needs. */
  readonly challenge: SecondFactorChallenge | undefined;

  /** What the server's log calls the request; worth showing when somebody reports a problem. */
  readonly requestId: string | undefined;

  constructor(status: number, code: string, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = 'RookeryError';
    this.status = status;
    this.code = code;
    this.fields = details.fields ?? [];
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.challenge = details.challenge;
    this.requestId = details.requestId;
  }
}
