/** The database cannot be used as it is; `message` says what to do about it. */
export class DatabaseError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'DatabaseError';
  }
}

/**
 * What a transaction has read has changed. Thrown inside of one, it rolls everything back and runs the function
 * again, so that it decides by what is there now: never report as gone what only changed.
 */
export class StaleRead extends Error {
  constructor(message = 'A row changed between its read and its write.') {
    super(message);
    this.name = 'StaleRead';
  }
}

/**
 * A transaction that was given up: each time it ran, it met a constraint or a `StaleRead`, which is the cause. Nothing of it
 * was kept.
 */
export class WriteConflict extends Error {
  constructor(cause: unknown) {
    super('The transaction met a conflict each time it ran.', { cause });
    this.name = 'WriteConflict';
  }
}
