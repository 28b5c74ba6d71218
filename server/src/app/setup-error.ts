import { isOutage } from '../db/dialects.ts';
import { DatabaseError } from '../db/errors.ts';

/** Something that the program needs is not as it must be; `message` says what to do about it. */
export class SetupError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'SetupError';
  }
}

/**
 * Runs `work` on a database and tells of an unusable one as a `SetupError`.
 * @param place where the database is, without its password
 */
export async function withUsableDatabase<T>(place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DatabaseError) throw new SetupError(error.message, error);
    if (!isOutage(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const message = `${place} does not answer: ${reason}. Start it, or check DATABASE_URL.`;
    throw new SetupError(message, error);
  }
}
