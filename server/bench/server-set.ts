import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { type Database, openDatabase } from '../src/db/database.ts';
import { listTables } from '../src/db/reset.ts';
import {
  fingerprint,
  mainFileOf,
  newSecret,
  type RunSet,
  removeFolder,
  runFolder,
  type SetOptions,
  seedSet,
} from './cached-set.ts';
import { runChild } from './processes.ts';

/** Where servers are looked for that are called by the engine's name. The database in the address is only connected to. */
export const serverUrls = {
  postgres: 'postgres://root@127.0.0.1:5432/postgres',
  mysql: 'mysql://root@127.0.0.1:3306/mysql',
};

/** Written last into a set: one that lacks it was interrupted. */
const finishedMark = 'bench_finished';

type Server = SetOptions & { url: string; dataDir: string; secret: string };

/** Makes the large set of a size once, in a database of a server, keeps it and copies it for a run. */
export async function serverSet(serverUrl: string, options: SetOptions): Promise<RunSet> {
  const { program, say } = options;
  const dataDir = await runFolder(program);
  const secret = newSecret();
  const server = { ...options, url: serverUrl, dataDir, secret };
  const kept = await keptName(options);
  const copy = `rookery_bench_run_${process.pid}${program.label}`;
  const remove = async () => {
    await withDatabase(serverUrl, (admin) => dropDatabase(admin, copy));
    await removeFolder(dataDir);
  };
  try {
    await makeKept(server, kept);
    say(`Copying ${kept}.`);
    if (serverUrl.startsWith('mysql:')) await copyByRows(server, kept, copy);
    else await copyByTemplate(server, kept, copy);
  } catch (error) {
    await remove();
    throw error;
  }
  return { dataDir, databaseUrl: urlOf(server, copy), secret, remove };
}

async function keptName({ size, program }: SetOptions): Promise<string> {
  const shape = `${JSON.stringify(size)} ${await fingerprint(program)}`;
  const key = createHash('sha256').update(shape).digest('hex').slice(0, 8);
  return `rookery_bench_${size.users}_${key}`;
}

async function makeKept(server: Server, kept: string): Promise<void> {
  if (await isFinished(server, kept)) return;
  server.say(`Seeding the database ${kept}; this is done once.`);
  await withDatabase(server.url, async (admin) => {
    await dropDatabase(admin, kept);
    await createDatabase(admin, kept);
  });
  const environment = environmentOf(server, kept);
  await runChild([mainFileOf(server.program), 'migrate', 'up'], environment);
  await seedSet(server, environment);
  await withDatabase(urlOf(server, kept), async (database) => {
    await collectStatistics(database);
    await sql`create table ${sql.table(finishedMark)} (n integer)`.execute(database.kysely);
  });
}

async function isFinished(server: Server, kept: string): Promise<boolean> {
  const isThere = await withDatabase(server.url, (admin) => hasDatabase(admin, kept));
  if (!isThere) return false;
  const tables = await withDatabase(urlOf(server, kept), listTables);
  return tables.includes(finishedMark);
}

async function copyByTemplate({ url }: Server, kept: string, copy: string): Promise<void> {
  await withDatabase(url, async (admin) => {
    await dropDatabase(admin, copy);
    await sql`create database ${sql.id(copy)} template ${sql.id(kept)}`.execute(admin.kysely);
  });
}

/** MySQL has no templates; and `create table … like` would leave out the foreign keys. */
async function copyByRows(server: Server, kept: string, copy: string): Promise<void> {
  await withDatabase(server.url, async (admin) => {
    await dropDatabase(admin, copy);
    await createDatabase(admin, copy);
  });
  await runChild([mainFileOf(server.program), 'migrate', 'up'], environmentOf(server, copy));
  await withDatabase(urlOf(server, copy), async (database) => {
    await sql`set foreign_key_checks = 0`.execute(database.kysely);
    for (const table of await listTables(database)) {
      if (table === 'migrations') continue;
      const rows = sql`select * from ${sql.id(kept, table)}`;
      await sql`insert into ${sql.table(table)} ${rows}`.execute(database.kysely);
    }
    await collectStatistics(database);
  });
}

/** What a server does by itself some minutes after so many writes. */
async function collectStatistics(database: Database): Promise<void> {
  if (database.engine !== 'mysql') {
    await sql`vacuum analyze`.execute(database.kysely);
    return;
  }
  const tables = (await listTables(database)).map((table) => sql.table(table));
  await sql`analyze table ${sql.join(tables)}`.execute(database.kysely);
}

async function hasDatabase({ engine, kysely }: Database, name: string): Promise<boolean> {
  const list =
    engine === 'mysql'
      ? sql`select 1 from information_schema.schemata where schema_name = ${name}`
      : sql`select 1 from pg_database where datname = ${name}`;
  return (await list.execute(kysely)).rows.length > 0;
}

async function createDatabase({ kysely }: Database, name: string): Promise<void> {
  await sql`create database ${sql.id(name)}`.execute(kysely);
}

async function dropDatabase({ kysely }: Database, name: string): Promise<void> {
  await sql`drop database if exists ${sql.id(name)}`.execute(kysely);
}

function environmentOf(server: Server, name: string): Record<string, string> {
  const { dataDir, secret } = server;
  return { DATA_DIR: dataDir, DATABASE_URL: urlOf(server, name), SECRET_KEY: secret };
}

function urlOf({ url }: Server, name: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${name}`;
  return parsed.href;
}

async function withDatabase<T>(url: string, work: (database: Database) => Promise<T>): Promise<T> {
  // One connection, so that what is set for it holds; patient, as a copy takes its time.
  const database = openDatabase(url, 1, { isPatient: true });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
