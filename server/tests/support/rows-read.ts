import { CompiledQuery, sql } from 'kysely';
import { expect } from 'vitest';
import type { Database, Db } from '../../src/db/database.ts';
import { compiledQueries } from '../../src/db/dry-run.ts';

/** How many rows an engine looks at for a read; SQLite does not tell, but each of its steps must find posts by a key in an index. */
export async function rowsRead(
  { database, url }: { database: Database; url: string },
  list: (db: Db) => Promise<unknown>,
): Promise<number> {
  if (database.engine === 'mysql') {
    const before = await handlerReads(database);
    await list(database);
    return (await handlerReads(database)) - before;
  }
  const queries = await compiledQueries(url, (db) => list(db));
  if (database.engine === 'sqlite') {
    for (const step of (
      await Promise.all(queries.map((query) => stepsOf(database, query)))
    ).flat()) {
      if (/\bposts\b/.test(step))
        expect(step).toMatch(
          /SEARCH posts USING (INTEGER PRIMARY KEY|.*(feed|status)_key[<>]|.*reply_to_id=)/,
        );
    }
    return 0;
  }
  const read = await Promise.all(queries.map((query) => rowsOfPlan(database, query)));
  return read.reduce((sum, rows) => sum + rows, 0);
}

async function handlerReads(database: Database): Promise<number> {
  const { rows } = await sql<{
    Variable_name: string;
    Value: string;
  }>`show session status like 'Handler_read%'`.execute(database.kysely);
  // The last one counts the rows of this very answer too.
  const counted = rows.filter(({ Variable_name: name }) => name !== 'Handler_read_rnd_next');
  return counted.reduce((sum, { Value: value }) => sum + Number(value), 0);
}

async function stepsOf(
  database: Database,
  { sql: text, parameters }: CompiledQuery,
): Promise<string[]> {
  const explain = CompiledQuery.raw(`explain query plan ${text}`, [...parameters]);
  const { rows } = await database.executeQuery<{ detail: string }>(explain);
  return rows.map(({ detail }) => detail);
}

type Node = {
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Node[];
};

async function rowsOfPlan(
  database: Database,
  { sql: text, parameters }: CompiledQuery,
): Promise<number> {
  const explain = CompiledQuery.raw(`explain (analyze, format json) ${text}`, [...parameters]);
  const { rows } = await database.executeQuery<{ 'QUERY PLAN': [{ Plan: Node }] }>(explain);
  return rowsOf(rows[0]?.['QUERY PLAN'][0].Plan);
}

function rowsOf(node: Node | undefined): number {
  if (!node) return 0;
  const below = (node.Plans ?? []).reduce((sum, it) => sum + rowsOf(it), 0);
  if (node['Relation Name'] === undefined) return below;
  const rows = node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0);
  return below + rows * node['Actual Loops'];
}
