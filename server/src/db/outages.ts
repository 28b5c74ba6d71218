/**
 * Errors after which the same transaction may succeed when it is run again from its start; each says that nothing was
 * kept. A connection lost at the commit is not among them: nobody knows what became of it.
 */
const retryableCodes = new Set([
  'SQLITE_BUSY',
  'SQLITE_BUSY_SNAPSHOT',
  'SQLITE_ABORT_ROLLBACK',
  '40001', // serialization failure
  '40P01', // deadlock
  '55P03', // lock timeout
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_UNKNOWN_COM_ERROR', // Galera: this node is not ready
]);

export function isRetryable(error: unknown): boolean {
  return retryableCodes.has(codeOf(error));
}

/** Errors by which a driver, or this machine, says that the database or a disk cannot be used right now. */
const outageCodes = new Set([
  ...retryableCodes,
  'DATABASE_TIMEOUT', // ours, see `deadline.ts`
  // Node: the network, the name server
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETRESET',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  // Node: this machine has no room, no more files or ports, or its disk fails
  'EADDRNOTAVAIL',
  'EDQUOT',
  'EFBIG',
  'EIO',
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'ENOSPC',
  'EROFS',
  // PostgreSQL
  '25006', // read-only: a standby, or a primary that became one
  '25P03', // idle in a transaction for too long
  '28000', // the login is refused: its password was changed
  '28P01',
  '3D000', // the server does not have this database, for instance after it was replaced
  '57014', // statement timeout
  // MySQL and MariaDB
  'PROTOCOL_CONNECTION_LOST',
  'POOL_CLOSED',
  'HANDSHAKE_NO_SSL_SUPPORT',
  'ER_ACCESS_DENIED_ERROR',
  'ER_ACCESS_DENIED_NO_PASSWORD_ERROR',
  'ER_ACCOUNT_HAS_BEEN_LOCKED',
  'ER_BAD_DB_ERROR',
  'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION',
  'ER_CON_COUNT_ERROR',
  'ER_DBACCESS_DENIED_ERROR',
  'ER_DISK_FULL',
  'ER_ERROR_DURING_COMMIT', // Galera: this node left its cluster amid a commit
  'ER_HOST_IS_BLOCKED',
  'ER_HOST_NOT_PRIVILEGED',
  'ER_MUST_CHANGE_PASSWORD_LOGIN',
  'ER_NEW_ABORTING_CONNECTION',
  'ER_OUTOFMEMORY',
  'ER_OUT_OF_RESOURCES',
  'ER_QUERY_INTERRUPTED',
  'ER_QUERY_TIMEOUT',
  'ER_READ_ONLY_MODE',
  'ER_RECORD_FILE_FULL',
  'ER_SERVER_SHUTDOWN',
  'ER_TOO_MANY_USER_CONNECTIONS',
  'ER_USER_LIMIT_REACHED',
]);

/** Numbers of MariaDB that the driver has no name for: connection killed, statement timeout. */
const outageNumbers = new Set([1927, 1969]);

/**
 * Whole classes: of SQLSTATE connection (08), resources (53), operator intervention (57P), the machine below (58); the same
 * of SQLite, whose codes grow with what they know (`SQLITE_IOERR_WRITE`); and what Node and OpenSSL say of certificates.
 */
const outageClasses = [
  /^(08(?!P01)...|53...|57P..|58...)$/,
  /^SQLITE_(BUSY|CANTOPEN|FULL|IOERR|NOMEM|PROTOCOL|READONLY)(_|$)/,
  /^(CERT_|DEPTH_ZERO_|ERR_OSSL_|ERR_SSL_|ERR_TLS_|SELF_SIGNED_|UNABLE_TO_(GET|VERIFY)_)/,
];

/** Drivers that have no code for it say it in words. */
const outageWords =
  /connection terminated|timeout exceeded when trying to connect|query read timeout|closed state|connection is in closed|is not queryable|does not support ssl/i;

/** Whether the database or a disk could not be used, or did not answer in time. A later repeat may succeed. */
export function isOutage(error: unknown): boolean {
  const code = codeOf(error);
  return (
    outageCodes.has(code) ||
    outageClasses.some((codes) => codes.test(code)) ||
    isReadOnly(error) ||
    isFatal(error) ||
    isNoSocket(error) ||
    (error instanceof Error && outageWords.test(error.message)) ||
    outageNumbers.has(numberOf(error))
  );
}

/** Whether a write was refused because the server, or this connection to it, takes none: it became a standby. */
export function isReadOnly(error: unknown): boolean {
  switch (codeOf(error)) {
    case '25006':
    case 'ER_READ_ONLY_MODE':
    case 'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION':
      return true;
    // One number for all options of the server that forbid a statement.
    case 'ER_OPTION_PREVENTS_STATEMENT':
      return error instanceof Error && /read[-_]only/i.test(error.message);
    default:
      return false;
  }
}

/**
 * Whether the connection that gave this error must not be used again. What a server says of one statement (a lock, a
 * limit of time) leaves the connection as good as before.
 */
export function isEndOfConnection(error: unknown): boolean {
  return isOutage(error) && !isRetryable(error) && codeOf(error) !== '57014';
}

/** PostgreSQL closes the connection with it. PgBouncer says everything under the code 08P01, which alone means little. */
function isFatal(error: unknown): boolean {
  const severity = error instanceof Error && 'severity' in error ? error.severity : undefined;
  return severity === 'FATAL' || severity === 'PANIC';
}

/** The server's socket in the file system is not there, or is closed to us. */
function isNoSocket(error: unknown): boolean {
  const isConnecting = error instanceof Error && 'syscall' in error && error.syscall === 'connect';
  return isConnecting && ['ENOENT', 'EACCES'].includes(codeOf(error));
}

/** The code by which a driver names an error: a SQLSTATE, MySQL's, SQLite's or Node's name. Empty when there is none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function numberOf(error: unknown): number {
  return error instanceof Error && 'errno' in error ? Number(error.errno) : 0;
}
