import { createRequire } from 'node:module';
import type mysqlPackage from 'mysql2';
import type postgresPackage from 'pg';

const load = createRequire(import.meta.url);

let postgres: typeof postgresPackage | undefined;
let mysql: typeof mysqlPackage | undefined;

/** The client of PostgreSQL, loaded at its first use: with that of MySQL it takes 20 MB, which SQLite does not need. */
export function postgresClient(): typeof postgresPackage {
  postgres ??= load('pg') as typeof postgresPackage;
  return postgres;
}

/** The client of MySQL and MariaDB, loaded at its first use. */
export function mysqlClient(): typeof mysqlPackage {
  mysql ??= load('mysql2') as typeof mysqlPackage;
  return mysql;
}
