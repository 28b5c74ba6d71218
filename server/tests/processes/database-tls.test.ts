import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { type OwnPostgres, ownPostgres } from '../faults/own-postgres.ts';
import { selfSigned } from '../support/certificates.ts';
import { isReached, servers } from '../support/databases.ts';
import { type OwnMariadb, ownMariadb } from '../support/own-mariadb.ts';

const hasServers = (await isReached(servers.postgres)) && (await isReached(servers.mysql));

/** The certificate is for `localhost` alone, so that `127.0.0.1` has the wrong name. */
const certificate = selfSigned('DNS:localhost');
const another = selfSigned('DNS:localhost');

type Outcome = 'encrypted' | 'in the clear' | 'refused';

// CA and OTHER stand for files: the authority of the server, and one that knows nothing of it.
const ofPostgres: Array<[query: string, host: string, atTls: Outcome, atPlain: Outcome]> = [
  ['', 'localhost', 'in the clear', 'in the clear'],
  ['?sslmode=disable', 'localhost', 'in the clear', 'in the clear'],
  ['?ssl=0', 'localhost', 'in the clear', 'in the clear'],
  ['?ssl=false', 'localhost', 'in the clear', 'in the clear'],
  ['?sslmode=allow', 'localhost', 'refused', 'refused'],
  ['?sslmode=prefer', 'localhost', 'refused', 'refused'],
  ['?sslmode=require', '127.0.0.1', 'encrypted', 'refused'],
  ['?sslmode=no-verify', '127.0.0.1', 'encrypted', 'refused'],
  ['?sslmode=require&sslrootcert=CA', '127.0.0.1', 'encrypted', 'refused'],
  ['?sslmode=require&sslrootcert=OTHER', 'localhost', 'refused', 'refused'],
  ['?sslmode=verify-ca', 'localhost', 'refused', 'refused'],
  ['?sslmode=verify-ca&sslrootcert=CA', '127.0.0.1', 'encrypted', 'refused'],
  ['?sslmode=verify-ca&sslrootcert=OTHER', 'localhost', 'refused', 'refused'],
  ['?sslmode=verify-full', 'localhost', 'refused', 'refused'],
  ['?sslmode=verify-full&sslrootcert=CA', 'localhost', 'encrypted', 'refused'],
  ['?sslmode=verify-full&sslrootcert=CA', '127.0.0.1', 'refused', 'refused'],
  ['?sslmode=verify-full&sslrootcert=/nowhere.pem', 'localhost', 'refused', 'refused'],
  ['?ssl=true&sslrootcert=CA', 'localhost', 'encrypted', 'refused'],
  ['?sslrootcert=CA', 'localhost', 'refused', 'refused'],
  ['?sslmode=REQUIRED', 'localhost', 'encrypted', 'refused'],
  ['?sslmode=sometimes', 'localhost', 'refused', 'refused'],
  ['?tls=true', 'localhost', 'refused', 'refused'],
];

const ofMysql: typeof ofPostgres = [
  ['', 'localhost', 'in the clear', 'in the clear'],
  ['?ssl-mode=DISABLED', 'localhost', 'in the clear', 'in the clear'],
  ['?ssl-mode=PREFERRED', 'localhost', 'refused', 'refused'],
  ['?ssl-mode=REQUIRED', '127.0.0.1', 'encrypted', 'refused'],
  ['?sslmode=require', '127.0.0.1', 'encrypted', 'refused'],
  ['?ssl_mode=REQUIRED&ssl_ca=OTHER', 'localhost', 'refused', 'refused'],
  ['?ssl-mode=VERIFY_CA', 'localhost', 'refused', 'refused'],
  ['?ssl-mode=VERIFY_CA&ssl-ca=CA', '127.0.0.1', 'encrypted', 'refused'],
  ['?ssl-mode=VERIFY_CA&ssl-ca=OTHER', 'localhost', 'refused', 'refused'],
  ['?ssl-mode=VERIFY_IDENTITY', 'localhost', 'refused', 'refused'],
  ['?ssl-mode=VERIFY_IDENTITY&ssl-ca=CA', 'localhost', 'encrypted', 'refused'],
  ['?ssl-mode=VERIFY_IDENTITY&ssl-ca=CA', '127.0.0.1', 'refused', 'refused'],
  ['?ssl={"rejectUnauthorized":false}', 'localhost', 'encrypted', 'refused'],
  ['?ssl={"rejectUnauthorized":true}', 'localhost', 'refused', 'refused'],
  ['?ssl={"key":1}', 'localhost', 'refused', 'refused'],
  ['?ssl=true', 'localhost', 'refused', 'refused'],
  ['?useSSL=true', 'localhost', 'refused', 'refused'],
  ['?ssl-ca=CA', 'localhost', 'refused', 'refused'],
];

describe.skipIf(!hasServers)('what an address says of TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rookery-database-tls-'));
  const files = { CA: join(folder, 'ca.pem'), OTHER: join(folder, 'other.pem') };
  let postgres: OwnPostgres;
  let mariadb: OwnMariadb;

  beforeAll(async () => {
    writeFileSync(files.CA, certificate.cert);
    writeFileSync(files.OTHER, another.cert);
    [postgres, mariadb] = await Promise.all([ownPostgres(certificate), ownMariadb(certificate)]);
  }, 60_000);

  afterAll(async () => {
    await postgres?.close();
    await mariadb?.close();
    rmSync(folder, { recursive: true });
  });

  it.each(ofPostgres)('PostgreSQL, %s at %s', async (query, host, atTls, atPlain) => {
    const { port, username, pathname } = new URL(postgres.url);

    const protectedBy = `postgres://${username}@${host}:${port}${pathname}${filled(query)}`;
    const plain = `postgres://root@${host}:5432/postgres${filled(query)}`;

    expect([await outcomeOf(protectedBy), await outcomeOf(plain)]).toEqual([atTls, atPlain]);
  });

  it.each(ofMysql)('MariaDB, %s at %s', async (query, host, atTls, atPlain) => {
    const protectedBy = `mysql://rookery:feathers@${host}:${mariadb.port}/rookery${filled(query)}`;
    const plain = `mysql://root@${host}:3306/mysql${filled(query)}`;

    expect([await outcomeOf(protectedBy), await outcomeOf(plain)]).toEqual([atTls, atPlain]);
  });

  function filled(query: string): string {
    return query.replace('=CA', `=${files.CA}`).replace('=OTHER', `=${files.OTHER}`);
  }
});

async function outcomeOf(url: string): Promise<Outcome> {
  let database: Database | undefined;
  try {
    database = openDatabase(url, 1);
    return (await isEncrypted(database)) ? 'encrypted' : 'in the clear';
  } catch {
    return 'refused';
  } finally {
    await database?.close();
  }
}

async function isEncrypted(database: Database): Promise<boolean> {
  if (database.engine === 'mysql') {
    const { rows } = await sql<{ Value: string }>`show session status like 'Ssl_cipher'`.execute(
      database,
    );
    return (rows[0]?.Value ?? '') !== '';
  }
  const { rows } = await sql<{
    ssl: boolean;
  }>`select ssl from pg_stat_ssl where pid = pg_backend_pid()`.execute(database);
  return rows[0]?.ssl === true;
}
