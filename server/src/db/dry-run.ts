import { type CompiledQuery, type Dialect, DummyDriver, Kysely } from 'kysely';
import { fillBatch } from './backfill.ts';
import { engineOf } from './dialects.ts';
import { migrations } from './migrations/index.ts';

/** Runs `work` with every query compiled for an engine and none executed: reads find nothing. Returns the queries. */
export async function compiledQueries(
  url: string,
  work: (db: Kysely<unknown>) => Promise<unknown>,
): Promise<CompiledQuery[]> {
  const { dialect } = engineOf(url, { poolSize: 1 });
  const deaf: Dialect = {
    createAdapter: () => dialect.createAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
  };
  const queries: CompiledQuery[] = [];
  const db = new Kysely<unknown>({ dialect: deaf, log: ({ query }) => void queries.push(query) });
  await work(db);
  return queries;
}

/** The SQL that a step would run on the engine that an address names. @throws Error when there is no such step */
export async function migrationSql(
  url: string,
  name: string,
  direction: 'up' | 'down',
): Promise<string[]> {
  const step = migrations.find((known) => known.name === name);
  if (!step) throw new Error(`No migration is called ${name}.`);
  const queries = await compiledQueries(url, (db) => step[direction](db));
  const { backfill } = step;
  if (direction === 'down' || !backfill) return queries.map((query) => textOf(query));
  const reads = await compiledQueries(url, (db) => fillBatch(db, backfill));
  const note = 'these rows are filled by the program, and the next ones after them';
  return [...queries.map((query) => textOf(query)), ...reads.map((read) => textOf(read, note))];
}

function textOf({ sql, parameters }: CompiledQuery, note = ''): string {
  const comments = [note, parameters.length > 0 ? JSON.stringify(parameters) : ''].filter(Boolean);
  return comments.length > 0 ? `${sql}; -- ${comments.join(': ')}` : `${sql};`;
}
