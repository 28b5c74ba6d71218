import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { migrateUp } from '../../src/db/migrate.ts';
import { dropTables } from '../../src/db/reset.ts';
import { tableNames } from '../../src/db/tables.ts';

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

export type TestDatabase = {
  url: string;
  /** Of SQLite: what a database in memory begins with. */
  image?: Buffer;
  release(): void;
};

let image: Promise<Buffer> | undefined;

/** A file with the current schema and no rows: copying it takes a millisecond, running the migrations forty. */
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

/** An empty database with the current schema, for one test alone. */
export async function emptyDatabase(engine: string | undefined): Promise<TestDatabase> {
  if (isEmbedded(engine)) {
    image ??= emptyImage();
    return { url: 'sqlite::memory:', image: await image, release() {} };
  }
  return serverDatabase(engine, 'empty', async (database) => {
    await migrateUp(database);
    await emptyTables(database);
  });
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
  if (!isEmbedded(engine)) return serverDatabase(engine, 'bare', dropTables);
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
  prepare: (database: Database) => Promise<void>,
): Promise<TestDatabase> {
  const server = servers[engine as ServerEngine];
  const name = freeName(engine, kind);
  inUse.add(name);
  const url = server.urlOf(name);
  if (!made.has(name)) await createDatabase(server, name);
  made.add(name);
  await prepared(url, prepare);
  return { url, release: () => inUse.delete(name) };
}

async function prepared(
  url: string,
  prepare: (database: Database) => Promise<void>,
): Promise<void> {
  const database = openDatabase(url, 2, { isPatient: true });
  try {
    await prepare(database);
  } finally {
    await database.close();
  }
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

/** PostgreSQL copies a template, which two workers cannot do at the same moment. */
async function createDatabase({ adminUrl }: Server, name: string): Promise<void> {
  const statement = adminUrl.startsWith('mysql:')
    ? sql`create database if not exists ${sql.id(name)}`
    : sql`create database ${sql.id(name)} template template0`;
  await withAdmin(adminUrl, async (admin) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await statement.execute(admin);
        return;
      } catch (error) {
        if (/already exists/.test(String(error))) return;
        if (attempt === 50 || !/being accessed|unique/.test(String(error))) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  });
}

async function withAdmin(
  url: string,
  work: (admin: Kysely<unknown>) => Promise<void>,
): Promise<void> {
  const database = openDatabase(url, 1, { isPatient: true });
  try {
    await work(database.kysely as unknown as Kysely<unknown>);
  } finally {
    await database.close();
  }
}

async function emptyTables(database: Database): Promise<void> {
  await database.transaction(async (tx) => {
    for (const table of tableNames.toReversed()) await tx.deleteFrom(table).execute();
  });
}
