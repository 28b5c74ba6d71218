import { describe, expect, it } from 'vitest';
import { isEndOfConnection, isOutage, isReadOnly } from '../../src/db/outages.ts';

type Kind = 'ours' | 'statement' | 'connection' | 'read-only';

/** What each means: a fault of ours, a statement that may be repeated, a connection that has to go, a server that is a standby. */
const table: Array<[kind: Kind, error: Record<string, unknown>]> = [
  // Node
  ['connection', { code: 'EAI_AGAIN' }],
  ['connection', { code: 'ENOTFOUND' }],
  ['connection', { code: 'ECONNREFUSED' }],
  ['connection', { code: 'ECONNRESET' }],
  ['connection', { code: 'EHOSTUNREACH' }],
  ['connection', { code: 'ENETUNREACH' }],
  ['connection', { code: 'ETIMEDOUT' }],
  ['connection', { code: 'EPIPE' }],
  ['connection', { code: 'ENOENT', syscall: 'connect' }],
  ['ours', { code: 'ENOENT', syscall: 'open' }],
  ['connection', { code: 'CERT_HAS_EXPIRED' }],
  ['connection', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }],
  ...[
    'ENOSPC',
    'EDQUOT',
    'EROFS',
    'EIO',
    'EMFILE',
    'ENFILE',
    'EFBIG',
    'ENOMEM',
    'EADDRNOTAVAIL',
  ].map((code): [Kind, Record<string, unknown>] => ['connection', { code }]),
  ['ours', { code: 'EISDIR' }],
  ['connection', { code: 'DATABASE_TIMEOUT' }],
  ['connection', { message: 'The server does not support SSL connections' }],
  ['connection', { message: 'Query read timeout' }],
  ['connection', { message: 'Connection terminated unexpectedly' }],
  // PostgreSQL
  ['read-only', { code: '25006' }],
  ['connection', { code: '08006' }],
  ['connection', { code: '08004' }],
  ['connection', { code: '08P01', severity: 'FATAL', message: 'query_wait_timeout' }],
  ['ours', { code: '08P01', severity: 'ERROR' }],
  ['connection', { code: '28000' }],
  ['connection', { code: '28P01' }],
  ['connection', { code: '3D000' }],
  ['connection', { code: '53100' }],
  ['connection', { code: '53200' }],
  ['connection', { code: '53300' }],
  ['connection', { code: '53400' }],
  ['connection', { code: '57P01' }],
  ['connection', { code: '57P02' }],
  ['connection', { code: '57P03' }],
  ['connection', { code: '57P04' }],
  ['connection', { code: '57P05' }],
  ['connection', { code: '58030' }],
  ['connection', { code: '25P03', severity: 'FATAL' }],
  ['connection', { code: 'XX000', severity: 'PANIC' }],
  ['statement', { code: '57014' }],
  ['statement', { code: '40001' }],
  ['statement', { code: '40P01' }],
  ['statement', { code: '55P03' }],
  ['ours', { code: '23505' }],
  ['ours', { code: '22P02' }],
  ['ours', { code: '42P01' }],
  ['ours', { code: '42601' }],
  // MySQL and MariaDB
  ['read-only', { code: 'ER_READ_ONLY_MODE', errno: 1836 }],
  ['read-only', { code: 'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION', errno: 1792 }],
  [
    'read-only',
    {
      code: 'ER_OPTION_PREVENTS_STATEMENT',
      errno: 1290,
      message:
        'The MariaDB server is running with the --read-only option so it cannot execute this',
    },
  ],
  [
    'ours',
    {
      code: 'ER_OPTION_PREVENTS_STATEMENT',
      errno: 1290,
      message: 'The MySQL server is running with the --secure-file-priv option',
    },
  ],
  ['connection', { code: 'ER_ACCESS_DENIED_ERROR', errno: 1045 }],
  ['connection', { code: 'ER_DBACCESS_DENIED_ERROR', errno: 1044 }],
  ['connection', { code: 'ER_BAD_DB_ERROR', errno: 1049 }],
  ['connection', { code: 'ER_CON_COUNT_ERROR', errno: 1040 }],
  ['connection', { code: 'ER_TOO_MANY_USER_CONNECTIONS', errno: 1203 }],
  ['connection', { code: 'ER_USER_LIMIT_REACHED', errno: 1226 }],
  ['connection', { code: 'ER_HOST_IS_BLOCKED', errno: 1129 }],
  ['connection', { code: 'ER_SERVER_SHUTDOWN', errno: 1053 }],
  ['connection', { code: 'ER_DISK_FULL', errno: 1021 }],
  ['connection', { code: 'ER_RECORD_FILE_FULL', errno: 1114 }],
  ['connection', { code: 'ER_OUTOFMEMORY', errno: 1037 }],
  ['connection', { code: 'ER_OUT_OF_RESOURCES', errno: 1041 }],
  ['connection', { code: 'PROTOCOL_CONNECTION_LOST' }],
  ['connection', { code: 'HANDSHAKE_NO_SSL_SUPPORT' }],
  ['connection', { errno: 1927, message: 'Connection was killed' }],
  ['connection', { errno: 1969, message: 'max_statement_time exceeded' }],
  ['statement', { code: 'ER_LOCK_DEADLOCK', errno: 1213 }],
  ['statement', { code: 'ER_LOCK_WAIT_TIMEOUT', errno: 1205 }],
  ['ours', { code: 'ER_DUP_ENTRY', errno: 1062 }],
  ['ours', { code: 'ER_PARSE_ERROR', errno: 1064 }],
  // SQLite
  ['statement', { code: 'SQLITE_BUSY' }],
  ['connection', { code: 'SQLITE_BUSY_RECOVERY' }],
  ['connection', { code: 'SQLITE_FULL' }],
  ['connection', { code: 'SQLITE_IOERR_WRITE' }],
  ['connection', { code: 'SQLITE_READONLY_DBMOVED' }],
  ['connection', { code: 'SQLITE_IOERR' }],
  ['connection', { code: 'SQLITE_READONLY' }],
  ['connection', { code: 'SQLITE_CANTOPEN' }],
  ['ours', { code: 'SQLITE_CONSTRAINT_FOREIGNKEY' }],
  ['ours', { code: 'SQLITE_ERROR' }],
];

describe('what a driver says', () => {
  it.each(table)('%s: %o', (kind, { message = 'refused', ...details }) => {
    const error = Object.assign(new Error(String(message)), details);

    expect({
      isOutage: isOutage(error),
      isEnd: isEndOfConnection(error),
      isReadOnly: isReadOnly(error),
    }).toEqual({
      isOutage: kind !== 'ours',
      isEnd: kind === 'connection' || kind === 'read-only',
      isReadOnly: kind === 'read-only',
    });
  });
});
