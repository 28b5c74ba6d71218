import { DatabaseError } from '../db/errors.ts';
import { codeOf, isOutage } from '../db/outages.ts';

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
    if (!isOutage(error) && !isOfDriver(error)) throw error;
    const verb = isOutage(error) ? 'does not answer' : 'cannot be used';
    const message = `${place} ${verb}: ${reasonOf(error)}. Start it, or check DATABASE_URL.`;
    throw new SetupError(message, error);
  }
}

/** What a server or the library that speaks to it says of a wrong setup; a fault of ours has another form. */
function isOfDriver(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // Statements that are wrong in themselves are ours.
  if (/^(42(?!501)...|ER_(PARSE|BAD_FIELD)_ERROR|SQLITE_ERROR)$/.test(codeOf(error))) return false;
  const isOfServer = /^([0-9A-Z]{5}|ER_.+|SQLITE_.+|ERR_[A-Z]+_.+|E[A-Z]{3,})$/.test(codeOf(error));
  // Of pg: a password that is missing, a method that is not known.
  return (
    isOfServer || /^(SASL|Unknown authenticationOk|Invalid sslnegotiation)/.test(error.message)
  );
}

/** One line. Node tells of several addresses that failed (IPv4 and IPv6) in an error without a text. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') {
    return [...new Set(error.errors.map(reasonOf))].join(', ');
  }
  const text = error instanceof Error ? error.message || codeOf(error) : String(error);
  return text.replaceAll(/\s+/g, ' ').replace(/\.$/, '');
}
