import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { type Database, databaseOn, openDatabase } from '../../src/db/database.ts';
import { type Engine, engineOf, isMissingTable } from '../../src/db/dialects.ts';
import { migrateUp } from '../../src/db/migrate.ts';
import { migrations } from '../../src/db/migrations/index.ts';
import { dropTables } from '../../src/db/reset.ts';
import { sqliteEngine } from '../../src/db/sqlite.ts';
import { tableNames } from '../../src/db/tables.ts';
import { lentEngine } from './lent-engine.ts';

/** Real servers that the whole suite can run on, besides SQLite in memory. */
export type ServerEngine = 'postgres' | 'mysql' | 'cockroachdb';

type Server = { host: string; port: number; urlOf(name: string): string; adminUrl: string };

const postgres: Server = {
  host: '127.0.0.1',
  port: 5432,
  urlOf: (name) => `postgres://root@127.0.0.1:5432/${name}`,
  adminUrl: 'postgres://root@127.0.0.1:5432/postgres',
};

export const servers: Record<ServerEngine, Server> = {
  postgres,
  mysql: {
    host: '127.0.0.1',
    port: 3306,
    urlOf: (name) => `mysql://root@127.0.0.1:3306/${name}`,
    adminUrl: 'mysql://root@127.0.0.1:3306/mysql',
  },
  // CockroachDB's dialect on PostgreSQL: every transaction serializable.
  cockroachdb: { ...postgres, urlOf: (name) => `cockroachdb://root@127.0.0.1:5432/${name}` },
};

/** Whether a server takes connections. */
export function isReached({ host, port }: Pick<Server, 'host' | 'port'>): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1000 });
    const end = (reached: boolean) => {
      socket.destroy();
      resolve(reached);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}

/** All test databases of this checkout begin so; another checkout's do not. */
const prefix = `rookery_test_${createHash('sha256')
  .update(import.meta.dirname)
  .digest('hex')
  .slice(0, 8)}_`;

const inUse = new Set<string>();
const made = new Set<string>();

export type TestDatabase = { url: string; release(): void };

/** A database that opens in a millisecond, because what takes longer was done for an earlier test. */
export type ReadyDatabase = TestDatabase & { open(): Database };

/** An empty database with the current schema, for one test alone. */
export async function emptyDatabase(engine: string | undefined): Promise<ReadyDatabase> {
  if (isEmbedded(engine)) {
    const open = await embeddedOpener();
    return { url: 'sqlite::memory:', open, release() {} };
  }
  const { isNew: _, ...place } = await serverDatabase(engine, 'empty');
  const lent = warmEngine(place.url);
  const open = () => databaseOn(lent);
  const database = open();
  try {
    const { steps, occupied } = await contentsOf(database);
    // An earlier test took migrations back, or took one that does not exist.
    if (steps.join() !== currentSteps) await prepared(place.url, migrateUp);
    await emptyTables(database, steps.join() === currentSteps ? occupied : tableNames);
  } catch (error) {
    // Only a test that drops a table on purpose has its database rebuilt: anything else is a mistake.
    if (!isMissingTable(error)) throw error;
    await prepared(place.url, dropTables);
    await prepared(place.url, migrateUp);
  } finally {
    await database.close();
  }
  return { ...place, open };
}

/** An empty database with the current schema, for one test alone, that several servers can open. */
export async function sharedDatabase(engine: string | undefined): Promise<TestDatabase> {
  if (!isEmbedded(engine)) return emptyDatabase(engine);
  const database = await bareDatabase(engine);
  await prepared(database.url, async (bare) => void (await migrateUp(bare)));
  return database;
}

/** A database without tables, for one test alone, that several processes can open. */
export async function bareDatabase(engine: string | undefined): Promise<TestDatabase> {
  if (!isEmbedded(engine)) {
    const { isNew, ...place } = await serverDatabase(engine, 'bare');
    if (!isNew) await prepared(place.url, dropTables);
    return place;
  }
  const folder = mkdtempSync(join(tmpdir(), 'rookery-db-'));
  const url = `sqlite:${join(folder, 'test.sqlite')}`;
  return { url, release: () => rmSync(folder, { recursive: true }) };
}

function isEmbedded(engine: string | undefined): engine is 'sqlite' | undefined {
  return engine === undefined || engine === 'sqlite';
}

/** Databases with tables are never used bare: emptying their tables takes milliseconds, making them takes seconds. */
async function serverDatabase(
  engine: string,
  kind: 'bare' | 'empty',
): Promise<TestDatabase & { isNew: boolean }> {
  const server = servers[engine as ServerEngine];
  const name = freeName(engine, kind);
  inUse.add(name);
  const isNew = !made.has(name) && (await createDatabase(server, name));
  made.add(name);
  return { url: server.urlOf(name), isNew, release: () => inUse.delete(name) };
}

async function prepared(
  url: string,
  prepare: (database: Database) => Promise<unknown>,
): Promise<void> {
  const database = openDatabase(url, 2, { isPatient: true });
  try {
    await prepare(database);
  } finally {
    await database.close();
  }
}

const warm = new Map<string, Engine>();

/** Connections that outlive the tests: a new one costs PostgreSQL more than the queries of most tests do. */
function warmEngine(url: string): Engine {
  const known = warm.get(url) ?? lentEngine(engineOf(url, { poolSize: 10 }));
  warm.set(url, known);
  return known;
}

let image: Promise<Buffer> | undefined;

/** Copies of one empty database in memory: to run the migrations takes forty times as long. */
async function embeddedOpener(): Promise<() => Database> {
  image ??= emptyImage();
  const bytes = await image;
  return () => databaseOn({ name: 'sqlite', isEmbedded: true, ...sqliteEngine(bytes) });
}

async function emptyImage(): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'rookery-image-'));
  const file = join(folder, 'empty.sqlite');
  await prepared('sqlite::memory:', async (database) => {
    await migrateUp(database);
    await sql`vacuum into ${file}`.execute(database.kysely);
  });
  const bytes = readFileSync(file);
  rmSync(folder, { recursive: true });
  return bytes;
}

/** Drops what earlier runs left. */
export async function dropTestDatabases(engine: ServerEngine): Promise<void> {
  const { adminUrl } = servers[engine];
  await withAdmin(adminUrl, async (admin) => {
    const list =
      engine === 'mysql'
        ? sql<{ name: string }>`select schema_name as name from information_schema.schemata`
        : sql<{ name: string }>`select datname as name from pg_database`;
    const { rows } = await list.execute(admin);
    for (const { name } of rows) {
      if (name.startsWith(prefix)) await sql`drop database ${sql.id(name)}`.execute(admin);
    }
  });
}

function freeName(engine: string, kind: string): string {
  const worker = process.env.VITEST_POOL_ID ?? '0';
  for (let i = 0; ; i += 1) {
    const name = `${prefix}${engine}_${kind}_${worker}_${i}`;
    if (!inUse.has(name)) return name;
  }
}

/**
 * False when an earlier process with the place of this worker left the database, maybe with tables.
 * PostgreSQL copies a template, which two workers cannot do at the same moment. No commit there waits for the disk: what tests write
 * need not outlive the machine.
 */
async function createDatabase({ adminUrl }: Server, name: string): Promise<boolean> {
  const isMysql = adminUrl.startsWith('mysql:');
  const statement = isMysql
    ? sql`create database ${sql.id(name)}`
    : sql`create database ${sql.id(name)} template template0`;
  return withAdmin(adminUrl, async (admin) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await statement.execute(admin);
        if (!isMysql)
          await sql`alter database ${sql.id(name)} set synchronous_commit = off`.execute(admin);
        return true;
      } catch (error) {
        if (/already exists|database exists/.test(String(error))) return false;
        if (attempt === 50 || !/being accessed|unique/.test(String(error))) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  });
}

async function withAdmin<T>(url: string, work: (admin: Kysely<unknown>) => Promise<T>): Promise<T> {
  const database = openDatabase(url, 1, { isPatient: true });
  try {
    return await work(database.kysely as unknown as Kysely<unknown>);
  } finally {
    await database.close();
  }
}

const currentSteps = migrations.map(({ name }) => name).join();

type Found = { kind: 'step' | 'table'; name: string };

/** Each step that was taken, and the name of each table with a row. */
const contents = sql<Found>`select 'step' as kind, name from migrations union all ${sql.join(
  tableNames.map((name) => sql`(select 'table', ${sql.lit(name)} from ${sql.table(name)} limit 1)`),
  sql` union all `,
)}`;

/** One query, since it runs before each test: to empty all tables, filled or not, takes five times as long. */
async function contentsOf(database: Database) {
  const { rows } = await contents.execute(database.kysely);
  const of = (kind: Found['kind']) =>
    rows.filter((row) => row.kind === kind).map(({ name }) => name);
  const filled = new Set(of('table'));
  return { steps: of('step').sort(), occupied: tableNames.filter((name) => filled.has(name)) };
}

/** Children before their parents. */
async function emptyTables(database: Database, names: typeof tableNames): Promise<void> {
  if (names.length === 0) return;
  await database.transaction(async (tx) => {
    for (const table of names.toReversed()) await tx.deleteFrom(table).execute();
  });
}
