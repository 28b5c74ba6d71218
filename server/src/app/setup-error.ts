import { isOutage } from '../db/dialects.ts';
import { DatabaseError } from '../db/errors.ts';

/** Something that the program needs is not as it must be; `message` says what to do about it. */
export class SetupError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'SetupError';
  }
}

/** Runs `work` and tells of an unusable database as a `SetupError`. */
export async function withUsableDatabase<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DatabaseError) throw new SetupError(error.message, error);
    if (isOutage(error)) {
      const reason = error instanceof Error && error.message ? `: ${error.message}` : '';
      throw new SetupError(
        `The database does not answer${reason}. Start it, or check DATABASE_URL.`,
        error,
      );
    }
    throw error;
  }
}
